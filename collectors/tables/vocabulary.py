"""What the columns of review, survey and social exports are called, in four languages.

Names are compared in a plain form (see ``normal``). Earlier names are better: an export
often has several candidates. Names after a ``/`` are weak: they are taken only if nothing
better is found.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

NAMES: dict[str, str] = {
    "id": """review id|id|response id|responseid|tweet id|status id|post id|comment id|
        message id|feedback id|submission id|answer id|survey response id|respondent id|
        uuid|guid|id str|unique id|record id|bewertungs id|bewertung id|rezensions id|antwort id|
        antworten id|beitrags id|kommentar id|nachrichten id|id avis|id de l avis|
        identifiant|id commentaire|id reponse|id de la reponse|id resena|id de resena|
        id de la resena|id opinion|id comentario|id respuesta|id de respuesta|
        identificador|token|reference / row id|key|name id""",
    "title": """review title|title|headline|review headline|review heading|review summary|
        summary|subject|heading|titel|betreff|uberschrift|titre|titre de l avis|objet|
        titulo|titulo de la resena|asunto|bewertungstitel""",
    "text": """review text|review body|review content|review comment|review|full text|text|
        body|content|comment|comments|message|tweet text|tweet|post text|post content|post|
        comment text|message text|selftext|caption|feedback|verbatim|free text|
        bewertungstext|rezensionstext|rezension|kommentar|kommentare|nachricht|beitrag|
        inhalt|freitext|anmerkung|anmerkungen|ruckmeldung|meinung|texte de l avis|
        texte avis|avis|commentaire|commentaires|texte|contenu|texto de la resena|resena|
        resenas|comentario|comentarios|texto|contenido|mensaje|opinion / bewertung|
        answer|response|antwort|reponse|respuesta|snippet|description|beschreibung|
        remarks|notes|statement|sentence|data text|value text""",
    "author": """author|author name|reviewer name|reviewer|review author|user name|username|
        userid name|screen name|user screen name|display name|reviewer display name|
        author display name|profile name|nickname|nick|reviewed by|reviewer nickname|user|
        customer name|customer|guest name|consumer display name|handle|author username|
        user login|posted by|autor|autorin|verfasser|benutzername|benutzer|nutzername|
        nutzer|rezensent|kunde|kundenname|auteur|nom d utilisateur|nom de l auteur|
        utilisateur|pseudo|client|nombre de usuario|nombre del autor|usuario|cliente /
        name|full name|from|sender|nom|nombre|author fullname|user id|author id|
        reviewer id""",
    "published_at": """review submit millis since epoch|review submit date and time|
        review submitted time|review created at|published at|published|published date|
        publication date|publish date|review date|date of review|review time|
        unix review time|created at|created utc|created|create time|created time|
        creation time|creation date|date created|date published|date posted|posted at|
        posted on|posted|post date|submit date|submitted at|submission date|submission time|
        date submitted|submitted|submit time|recorded date|completed at|date completed|
        end date|response date|answered at|tweet created|tweet date|comment date|
        timestamp|date|datetime|date time|time|at|on|bewertungsdatum|datum|
        datum der bewertung|erstellt am|erstellt|erstellungsdatum|veroffentlicht am|
        veroffentlicht|eingereicht am|abgegeben am|zeitstempel|zeitpunkt|zeit|
        date de publication|date de l avis|date avis|publie le|date de creation|cree le|
        date de reponse|horodatage|date de soumission|fecha de publicacion|
        fecha de la resena|fecha de creacion|fecha|publicado|publicado el|creado el|
        marca temporal|hora / start date|day|tag|jour|dia|year month day|received at|
        received""",
    "updated_at": """review last update millis since epoch|review last update date and time|
        review last updated time|updated at|update time|last updated|last update|
        last updated at|last modified|modified at|edited at|date updated|date modified|
        date edited|updated|modified|aktualisiert am|geandert am|bearbeitet am|
        mis a jour le|modifie le|date de mise a jour|date de modification|actualizado el|
        fecha de actualizacion|fecha de modificacion|updated time""",
    "rating": """star rating|review rating|review stars|rating|ratings|stars|overall rating|
        user rating|rating value|review score|reviewer score|customer rating|overall|
        number of stars|sternebewertung|sterne|anzahl sterne|bewertung|gesamtbewertung|
        bewertung sterne|note|note globale|nombre d etoiles|etoiles|notation|valoracion|
        puntuacion|calificacion|estrellas|numero de estrellas|nota|bewertungspunkte /
        score|points|punkte|rate|rated|evaluation|grade""",
    "nps": """nps|nps score|net promoter score|nps rating|nps value|nps wert|
        likelihood to recommend|recommendation score|ltr|score nps|puntuacion nps|
        weiterempfehlung|weiterempfehlungsbereitschaft""",
    "csat": """csat|csat score|customer satisfaction|customer satisfaction score|
        satisfaction score|satisfaction rating|satisfaction|overall satisfaction|
        zufriedenheit|kundenzufriedenheit|gesamtzufriedenheit|satisfaction client|
        satisfaccion|satisfaccion del cliente""",
    "ces": """ces|ces score|customer effort score|effort score|customer effort|
        ease of use score|ease score|aufwand|kundenaufwand|effort client|
        esfuerzo del cliente""",
    "label": "",  # never guessed: a label of another model must not pass for a person's
    "brand": """brand|brand name|marke|markenname|marque|nom de la marque|marca|company|
        company name|unternehmen|firma|entreprise|societe|empresa""",
    "product": """product|product name|product title|app name|app|package name|hotel|
        hotel name|restaurant|restaurant name|produkt|produktname|artikel|produit|
        nom du produit|producto|nombre del producto|item|item name|
        service name / name|business name|
        product id|asin|parent asin|product sku|sku|app id|bundle id|business id""",
    "place": """place|place name|place id|listing|listing name|listing id|store|store name|
        branch|filiale|standort|niederlassung|succursale|magasin|tienda|sucursal""",
    "url": """review link|review url|review permalink|permalink|permalink url|url|link|
        tweet url|post url|post link|comment url|web url|source url|bewertungslink|lien|
        lien de l avis|enlace|enlace de la resena|href""",
    "lang": """reviewer language|review language|language|lang|language code|
        review language code|iso language code|user language|locale|sprache|
        benutzersprache|langue|langue de l utilisateur|idioma|idioma de la resena""",
    "reply_text": """developer reply text|developer reply|reply text|owner reply text|
        owner reply|owner response|owner response text|response from owner text|
        response from owner|developer response|developer response body|
        developer response text|response text|reply content|reply comment|
        review reply comment|review reply text|management response|business response|
        business reply|company reply|company response|seller response|host response|
        owner answer|reply|reply body|response content|antwort des inhabers|
        antwort des unternehmens|antwort des anbieters|antworttext|
        reponse du proprietaire|reponse de l entreprise|texte de la reponse|
        respuesta del propietario|respuesta de la empresa|texto de la respuesta /
        response|antwort|reponse|respuesta""",
    "reply_at": """developer reply millis since epoch|developer reply date and time|
        developer last updated time|reply at|replied at|reply date|reply time|
        reply datetime|reply created at|review reply update time|owner reply date|
        owner response date|owner reply time|response from owner date|developer response date|
        developer response modified|company reply date|business response date|
        management response date|response date|response time|replied on|reply timestamp|
        reply published at|antwortdatum|antwort am|datum der antwort|beantwortet am|
        date de la reponse|date de reponse|repondu le|fecha de respuesta|
        fecha de la respuesta|respondido el|reply published date""",
}

FIELDS = tuple(NAMES)

QUESTIONS: dict[str, str] = {
    "nps": r"\bhow likely\b.*\brecommend|\blikelihood\b.*\brecommend"
    r"|\bnps\b(?!.*(group|categ|segment|type))"
    r"|\bwie wahrscheinlich\b.*empfehl|\bwurden sie\b.*empfehl|\bprobabilite\b.*\brecommand"
    r"|\brecommanderiez\b|\bprobable\b.*\brecom|\brecomendaria\b|\bprobabilidad\b.*\brecom",
    "ces": r"\bhow (easy|difficult)\b|\b(made|make) it easy\b|\beffort\b.*\b(score|did|put)|\bces\b"
    r"|\bwie (einfach|leicht)\b|\bleicht gemacht\b|\bquelle facilite\b|\bfacile\b.*\bpour vous"
    r"|\bque tan facil\b|\bfacil (fue|ha sido|le result)",
    "csat": r"\bhow satisfied\b|\bsatisfied (are|were) you\b|\bcsat\b|\bwie zufrieden\b"
    r"|\bsatisfaits?\b.*\b(etes|avez)|\b(etes|avez).*\bsatisfait|\b(satisfecho|satisfecha)\b"
    r"|\bsatisfaction with\b|\brate your satisfaction\b",
    "rating": r"\bhow (would|do) you rate\b|\brate (your|our|this|the)\b|\bwie bewerten\b"
    r"|\bstar rating\b|\bcomment (evaluez|noteriez)\b|\bcomo (calificaria|valora)",
    "text": r"\bfree[ -]?text\b|\bopen[ -]ended\b|\bfreitext\b|\btexte libre\b|\btexto libre\b"
    r"|\bcomments?\b|\bfeedback\b|\bwhy\b|\bwarum\b|\bpourquoi\b|\bpor que\b|\breason\b"
    r"|\btell us\b|\banything else\b|\bimprove|\bverbessern|\bameliorer|\bmejorar"
    r"|\bsuggestions?\b|\bkommentar|\bcommentaire|\bcomentario|\bwhat (did|do) you (like|think)"
    r"|\bin your own words\b|\bgrund\b|\braison\b|\bmotivo\b",
}

TEXT_PAIRS = (
    ("positive review", "negative review"),
    ("pros", "cons"),
    ("liked", "disliked"),
    ("likes", "dislikes"),
    ("positives", "negatives"),
    ("advantages", "disadvantages"),
    ("vorteile", "nachteile"),
    ("points positifs", "points negatifs"),
    ("ventajas", "desventajas"),
)
"""Reviews that are written in two boxes; both are their text."""

_ENTITIES = (
    "user author reviewer customer profile owner product app brand business company consumer",
    "reply response parent quoted retweeted entities media place location",
)
ENTITIES = frozenset(word for line in _ENTITIES for word in line.split())
"""Nested objects that are not the mention itself: ``user.id`` is nobody's review id."""

NOT_TEXT = re.compile(
    r"\b(id|ids|token|status|progress|duration|finished|channel|device|version|browser|country|"
    r"city|state|region|currency|ip|email|phone|network|collector|source|type|category|gender|"
    r"age|tags?|sentiment|confidence|topics?|reason code|location|latitude|longitude|timezone|"
    r"first name|last name|recipient|role|class|os|platform|url|link|hash|sku)\b"
)
"""Names of columns that never hold what a customer wrote."""

NOT_PUBLISHED = re.compile(
    r"\b(version|ip|address|birth|birthday|travel|stay|visit|purchase|order|expir|due)"
)
"""Names of columns whose dates are not when something was said."""

VOTES = frozenset(
    ("ups", "upvotes", "upvote ratio", "num comments", "retweet count", "retweets", "likes")
    + ("like count", "favorite count", "subreddit", "karma", "shares", "reposts")
)
"""Beside such columns a ``score`` counts votes."""

PERSONAL = re.compile(
    r"\b(ip address|ip|e ?mail|email address|recipient ?email|phone|telephone|mobile|telefon|"
    r"location latitude|location longitude|latitude|longitude|recipient last name|"
    r"recipient first name|ip adresse|iban|date of birth|geburtsdatum)\b"
)
"""Unmapped columns of this kind are left out: they say more of a person than is needed."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=4096)
def normal(name: str) -> str:
    """Return a name in plain form: small letters without accents, words one blank apart."""
    name = _CAMEL.sub(" ", name.strip())
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _OTHER.sub(" ", plain).strip()


def _ranks() -> dict[str, dict[str, float]]:
    """Turn the lists into field → name → score, 100 for the best."""
    ranks: dict[str, dict[str, float]] = {}
    for field, listed in NAMES.items():
        strong, _, weak = listed.partition("/")
        scores = {n: 100 - 0.2 * i for i, n in enumerate(_split(strong))}
        scores.update({n: 45 - 0.2 * i for i, n in enumerate(_split(weak))})
        ranks[field] = scores
    return ranks


def _split(listed: str) -> list[str]:
    return [" ".join(name.split()) for name in listed.split("|") if name.strip()]


RANKS = _ranks()
KNOWN = frozenset(name for scores in RANKS.values() for name in scores)
ASKED = {field: re.compile(pattern) for field, pattern in QUESTIONS.items()}
