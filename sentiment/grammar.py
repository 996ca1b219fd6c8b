"""English function words, as flags: what denies, doubts, contrasts, compares, asks, remembers.

Closed classes only; what carries an opinion of its own is in ``lexicon.toml``. A word may
have several flags ("this" points and determines).
"""

from __future__ import annotations

from collections import defaultdict

HIT = 1 << 0  # carries a valence
NOT = 1 << 1  # denies up to the end of the clause
NO = 1 << 2  # denies what stands close behind it
STEP = 1 << 3  # strengthens or weakens the next word
COMMA = 1 << 4  # a comma or the like follows
STOP = 1 << 5  # a sentence ends behind it
ASKED = 1 << 6  # … with a question mark
LOUD = 1 << 7  # … with an exclamation mark
UPPER = 1 << 8
QUOTED = 1 << 9
STARTS = 1 << 10  # a phrase of the lists may begin here
CONTRAST = 1 << 11
CONCEDES = 1 << 12
BREAKS = 1 << 13  # begins a clause of its own, reason or time
AND = 1 << 14
OR = 1 << 15
IF = 1 << 16
SUBJECT = 1 << 17
DETERMINER = 1 << 18
AUXILIARY = 1 << 19
OPINES = 1 << 20
ME = 1 << 21
YOU = 1 << 22
NOW = 1 << 23
YES = 1 << 24
NAY = 1 << 25  # answers "no"
WHY = 1 << 26
WOULD = 1 << 27
THAN = 1 << 28
NUMBER = 1 << 29
NAME = 1 << 30
LINK = 1 << 31
EXPECTS = 1 << 32
OTHERS = 1 << 33
LINKS = 1 << 34  # a preposition: what follows is another thing
REASON = 1 << 35
IRONY = 1 << 36
RIVAL = 1 << 37
OWN = 1 << 38
TITLE = 1 << 39
PHRASED = 1 << 40  # the end of a phrase that carries a valence

CUTS = COMMA | STOP | CONTRAST | CONCEDES | BREAKS | AND

_CLASSES: dict[int, str] = {
    NOT: "not never neither nor nobody none cannot hardly barely scarcely rarely seldom nowhere "
    "isnt isn't wasnt wasn't arent aren't werent weren't dont don't doesnt doesn't didnt didn't "
    "cant can't couldnt couldn't wont won't wouldnt wouldn't shouldnt shouldn't hasnt hasn't "
    "havent haven't hadnt hadn't mustnt mustn't neednt needn't aint ain't shant shan't nothing "
    "dnt nvr nt",
    NO: "no without zero lacks lacking lacked lack minus",
    CONTRAST: "but however nevertheless nonetheless instead except unfortunately sadly yet "
    "regrettably alas otherwise",
    CONCEDES: "although though while whilst whereas despite albeit notwithstanding altho tho",
    BREAKS: "because cause cuz coz bcz bc since so when where which who until till after before "
    "then that's whenever",
    REASON: "because cause cuz coz bcz bc",
    AND: "and & + plus n",
    OR: "or nor",
    IF: "if unless whether",
    SUBJECT: "i we you u he she it they this that there these those everything everyone "
    "everybody somebody someone anyone something i'm i've i'd i'll im ive we're we've we'd we'll "
    "you're you've you'd you'll youre he's she's it's its they're they've they'd they'll theyre "
    "that's thats there's theres here's what's who's ya'll y'all yall",
    DETERMINER: "the a an my our your ur their his her its this that these those some any every "
    "each another all both",
    AUXILIARY: "is are was were am be been being do does did has have had can could will would "
    "should may might must shall isn't wasn't aren't weren't don't doesn't didn't can't couldn't "
    "won't wouldn't shouldn't hasn't haven't hadn't",
    OPINES: "say said saying think thought believe believed find found feel felt call called "
    "consider considered suppose guess imagine claim recall see describe pretend argue rate "
    "recommend expect thinks believes says agree convinced sure certain impressed know knew see "
    "met seen felt notice noticed honestly",
    ME: "i we me my mine us our ours i'm i've i'd i'll im ive we're we've we'd we'll",
    YOU: "you your yours u ur you're you've you'd you'll youre yall y'all ya'll",
    NOW: "now nowadays lately recently currently today anymore",
    YES: "yes yeah yep yup absolutely definitely totally certainly indeed sure surely "
    "undoubtedly affirmative completely very",
    NAY: "no nope nah never not negative hardly neither",
    WHY: "what which who whom whose where when why how what's whats how's hows where's wheres "
    "who's why's y",
    WOULD: "would could should might i'd we'd you'd he'd she'd it'd they'd there'd wouldn't "
    "couldn't shouldn't id",
    THAN: "than then-again",
    EXPECTS: "thought expected expecting hoped hoping assumed figured feared imagined anticipated "
    "supposed promised advertised expect predicted worried guessed",
    OTHERS: "people others critics reviewers everyone everybody they reviews folks friends friend "
    "colleagues colleague neighbours neighbour neighbors neighbor brother sister cousin boss users "
    "guests customers travellers travelers someone somebody nobody haters fans bloggers experts "
    "media press husband wife partner mother father mom dad mum parents roommate flatmate "
    "coworker coworkers media many most some",
    LINKS: "with for in at of from by on to about into near over under around during",
    NUMBER: "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty "
    "forty fifty sixty ninety hundred several few many couple multiple countless dozen half",
}


def words(text: str) -> frozenset[str]:
    """Return the words of a list written as one text."""
    return frozenset(text.split())


def _flags() -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for flag, words in _CLASSES.items():
        for word in words.split():
            found[word] |= flag
    return dict(found)


FLAGS = _flags()

# How much a word strengthens or weakens the one that it stands before.
STEPS: dict[str, float] = {
    **dict.fromkeys(
        words(
            "very really extremely incredibly absolutely totally completely so such super utterly "
            "insanely amazingly exceptionally particularly especially truly thoroughly deeply "
            "highly hugely enormously remarkably unbelievably terribly awfully fucking freaking "
            "damn bloody most way far much too entirely purely real mega hella extra soo sooo vry "
            "verry exceedingly outrageously ridiculously seriously tremendously wildly seriously"
        ),
        1.25,
    ),
    **dict.fromkeys(words("quite pretty rather fairly reasonably generally mostly mainly"), 0.95),
    **dict.fromkeys(
        words(
            "slightly somewhat kinda sorta little bit partly partially marginally mildly probably "
            "relatively moderately occasionally sometimes almost less"
        ),
        0.7,
    ),
}
