"""Which column is which field: exports as many tools write them, in four languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.tables.vocabulary import normal
from storage.errors import InputError
from storage.models import Kind
from tests.tables import run, write

LAYOUTS = {
    "app store scraper": (
        "reviewId,userName,content,score,thumbsUpCount,at,replyContent,repliedAt\n"
        "a1,Ann,It crashes when I open a photo,1,3,2024-03-01 10:11:12,Sorry,2024-03-02 08:00:00\n"
        "a2,Bob,Lovely app for the train,5,0,2024-03-05 10:11:12,,\n",
        {"id": "reviewId", "author": "userName", "text": "content", "rating": "score",
         "published_at": "at", "reply_text": "replyContent", "reply_at": "repliedAt"},
        Kind.REVIEW,
    ),
    "shop reviews": (
        "Id,ProductId,ProfileName,Score,Time,Summary,Text\n"
        "1,B001,del,5,1303862400,Good food,I have bought several of these cans\n"
        "2,B00X,dll,1,1346976000,Not as said,The product arrived with a wrong label\n",
        {"id": "Id", "title": "Summary", "text": "Text", "author": "ProfileName",
         "published_at": "Time", "rating": "Score", "product": "ProductId"},
        Kind.REVIEW,
    ),
    "German": (
        "Bewertung;Sterne;Datum;Verfasser;Antwort;Antwortdatum\n"
        "Alles bestens gelaufen;5;03.04.2024;Anna;;\n"
        "Nie wieder, leider sehr langsam;1;24.04.2024;Bernd;Das tut uns leid;25.04.2024\n",
        {"text": "Bewertung", "rating": "Sterne", "published_at": "Datum", "author": "Verfasser",
         "reply_text": "Antwort", "reply_at": "Antwortdatum"},
        Kind.REVIEW,
    ),
    "German, the same word for the number": (
        "Titel;Text;Bewertung\nGut;Alles bestens gelaufen;4,5\nSchlecht;Nie wieder;1,0\n",
        {"title": "Titel", "text": "Text", "rating": "Bewertung"},
        Kind.REVIEW,
    ),
    "French": (
        "Note,Titre,Avis,Date de publication,Auteur\n"
        "4/5,Bien,Très bon accueil et livraison rapide,05/03/2024,Luc\n"
        "1/5,Nul,Colis perdu,25/03/2024,Eva\n",
        {"rating": "Note", "title": "Titre", "text": "Avis",
         "published_at": "Date de publication", "author": "Auteur"},
        Kind.REVIEW,
    ),
    "Spanish": (
        "Valoración,Título,Reseña,Fecha,Autor\n"
        "★★★★☆,Bien,Muy buen servicio de verdad,5 ene. 2024,Luis\n"
        "★,Mal,No funciona nada,6 feb. 2024,Eva\n",
        {"rating": "Valoración", "title": "Título", "text": "Reseña", "published_at": "Fecha",
         "author": "Autor"},
        Kind.REVIEW,
    ),
    "survey with questions": (
        "#,How likely are you to recommend Acme to a friend?,What is the main reason?,"
        "How satisfied are you with our support?,Submit Date (UTC),Network ID\n"
        "abc1,9,Because it works,4,2024-01-01 10:01:00,ff1\n"
        "abc2,2,It broke twice,1,2024-01-02 10:01:00,ff2\n",
        {"id": "#", "nps": "How likely are you to recommend Acme to a friend?",
         "text": "What is the main reason?", "csat": "How satisfied are you with our support?",
         "published_at": "Submit Date (UTC)"},
        Kind.SURVEY,
    ),
    "German survey": (
        "Zeitstempel,Wie zufrieden sind Sie?,Wie wahrscheinlich ist es dass Sie uns "
        "weiterempfehlen?,Wie einfach war es?,Was können wir verbessern?\n"
        "05.03.2024 10:11:12,4,8,6,Mehr Personal am Wochenende\n"
        "24.03.2024 10:11:12,2,3,2,Schneller antworten bitte\n",
        {"published_at": "Zeitstempel", "csat": "Wie zufrieden sind Sie?",
         "nps": "Wie wahrscheinlich ist es dass Sie uns weiterempfehlen?",
         "ces": "Wie einfach war es?", "text": "Was können wir verbessern?"},
        Kind.SURVEY,
    ),
    "score of a survey that calls itself NPS": (
        "Survey Response ID,Person Email,Score,Comment,Survey Type,Created At\n"
        "1,a@example.com,10,Great service,NPS,2024-01-05 10:11:12 UTC\n"
        "2,b@example.com,3,Bad service,NPS,2024-01-05 10:12:12 UTC\n",
        {"id": "Survey Response ID", "nps": "Score", "text": "Comment",
         "published_at": "Created At"},
        Kind.SURVEY,
    ),
    "social export": (
        "tweet_id,sentiment,airline,name,retweet_count,text,tweet_created,location\n"
        "5703,neutral,V,cairdin,0,what did they say,2015-02-24 11:35:52 -0800,NYC\n"
        "5704,positive,V,jnard,0,you added commercials,2015-02-24 11:15:59 -0800,\n",
        {"id": "tweet_id", "author": "name", "text": "text", "published_at": "tweet_created"},
        Kind.SOCIAL,
    ),
    "a name that is what was reviewed": (
        "id,name,reviews.date,reviews.rating,reviews.text,reviews.title,reviews.username\n"
        "AV1,Tablet,2017-01-13T00:00:00.000Z,5,This has not disappointed me,Good,Ada\n"
        "AV1,Tablet,2017-02-13T00:00:00.000Z,2,It stopped working after a week,Bad,Mia\n",
        {"product": "name", "published_at": "reviews.date", "rating": "reviews.rating",
         "text": "reviews.text", "title": "reviews.title", "author": "reviews.username"},
        Kind.REVIEW,
    ),
    "up-votes are no rating": (
        "id,score,body,created_utc\n1,311,this is what they said,1389471613\n"
        "2,4,and this is the answer,1389471999\n",
        {"id": "id", "text": "body", "published_at": "created_utc"},
        Kind.SOCIAL,
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_columns_are_recognised(tmp_path: Path, layout: str) -> None:
    content, columns, kind = LAYOUTS[layout]
    found = run(write(tmp_path / "a.csv", content))
    assert dict(found.plan.columns) == columns
    assert found.plan.kind is kind
    assert not found.refused


def test_reviews_in_two_boxes_are_one_text(tmp_path: Path) -> None:
    content = "Pros,Cons,Rating\nnice people,long hours,3\ngood pay,,5\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.text for seen in found.taken] == ["nice people\n\nlong hours", "good pay"]
    assert found.plan.describe()["columns"] == {"text": ["Pros", "Cons"], "rating": "Rating"}


def test_all_open_answers_of_a_survey_are_its_text(tmp_path: Path) -> None:
    answers = [("fast and friendly staff", "the queue is too long"), ("good coffee", "")]
    rows = "".join(f"{n},{a},{b},yes\n" for n, (a, b) in enumerate(answers, 8))
    content = "NPS,What did you like?,What should we improve?,Plan\n" + rows
    found = run(write(tmp_path / "a.csv", content))
    assert found.taken[0].text == "fast and friendly staff\n\nthe queue is too long"
    assert found.taken[0].extra == {"Plan": "yes"}


def test_a_column_called_like_a_field_but_not_like_it_is_doubted(tmp_path: Path) -> None:
    content = "text,rating\nsome words,excellent\nother words,so so\n"
    path = write(tmp_path / "a.csv", content)
    found = run(path)
    assert "--map rating=rating" in found.warnings[0]
    assert not found.refused
    assert len(run(path, {"rating": "rating"}).refused) == 2


def test_a_label_is_taken_only_if_mapped(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,label\nso good,positive\nso bad,neg\nhm,\nx,maybe\n")
    assert "label" not in run(path).plan.columns
    found = run(path, {"label": "label"})
    assert [seen.label for seen in found.taken] == ["positive", "negative", None]
    assert found.refused[0].reason == "label 'maybe' is not negative, neutral or positive"


def test_a_mapping_wins_over_the_guess(tmp_path: Path) -> None:
    content = "text,note,stars,mark\nguessed,wanted,5,1\nguessed too,wanted too,4,2\n"
    path = write(tmp_path / "a.csv", content)
    found = run(path, {"text": "Note", "rating": " mark "})
    assert [(seen.text, seen.rating) for seen in found.taken] == [("wanted", 1), ("wanted too", 2)]
    assert found.taken[0].extra == {"text": "guessed", "stars": "5"}
    without = run(path, {"rating": ""})
    assert without.taken[0].rating is None
    both = run(path, {"text": ["note", "text"]})
    assert both.taken[0].text == "wanted\n\nguessed"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"ratng": "stars"}, "no field 'ratng': did you mean 'rating'"),
        ({"rating": "strs"}, "no column 'strs': did you mean 'Stars'"),
        ({"rating": "qqqq"}, "there are text, Stars"),
        ({"rating": ["Stars", "text"]}, "takes one column"),
    ],
)
def test_a_wrong_mapping_names_the_nearest(
    tmp_path: Path, mapping: dict[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        run(write(tmp_path / "a.csv", "text,Stars\nabc,5\n"), mapping)


def test_a_column_name_may_hold_an_equals_sign_and_be_found_by_plain_form(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Über-Text (de),x = y\nein Satz,5\n")
    found = run(path, {"text": "uber text de", "rating": "x = y"})
    assert (found.taken[0].text, found.taken[0].rating) == ("ein Satz", 5)


def test_personal_columns_are_left_out(tmp_path: Path) -> None:
    content = "text,IP Address,RecipientEmail,Latitude,plan\nso good,1.2.3.4,a@b.c,4.1,pro\n"
    found = run(write(tmp_path / "a.csv", content))
    assert found.taken[0].extra == {"plan": "pro"}
    assert found.plan.describe()["left_out"] == ["IP Address", "RecipientEmail", "Latitude"]
    mapped = run(tmp_path / "a.csv", {"author": "RecipientEmail"})
    assert mapped.taken[0].author == "a@b.c"


def test_place_and_source_make_the_place(tmp_path: Path) -> None:
    content = "text,store\nabc def,Mitte\nabc ghi,\nabc jkl,here:Nord\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.place for seen in found.taken] == ["here:Mitte", "here", "here:Nord"]


def test_names_in_plain_form() -> None:
    assert normal("reviewCreatedAt") == "review created at"
    assert normal("  Überschrift_der-Bewertung ") == "uberschrift der bewertung"
    assert normal("NPSScore") == "nps score"
    assert normal("评论") == ""
