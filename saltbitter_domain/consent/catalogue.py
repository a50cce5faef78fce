"""The texts in force in English, and those before them; ``catalogue_de`` has the German. Each purpose is asked about on
its own, and nothing is agreed to beforehand. Words are never changed under a version: what somebody agreed to has to be
shown later (Art. 7(1) GDPR)."""

from collections.abc import Mapping
from types import MappingProxyType

from saltbitter_domain.consent.catalogue_de import GERMAN
from saltbitter_domain.consent.model import ConsentText, Purpose
from saltbitter_domain.kernel import Language

_IN_FORCE = (
    ConsentText(
        Purpose.TERMS,
        "2026-11-01",
        "Terms of use",
        "You are at least 18, the account is yours alone, and what you say about yourself is true. You treat other "
        "members with respect: no harassment, threats or hate, no selling, no posing as somebody else, no passing on "
        "of other people's messages or pictures. What you write and upload stays yours; you allow us to show it to "
        "the people you are introduced to for as long as it is in your account. If we restrict an account, we say why "
        "and you can appeal. Paying changes how many people you see and which tools you have, never whom you are "
        "shown to or how well you are said to fit. We do not check criminal records: when you meet someone, choose a "
        "public place and tell a friend. You can leave at any time, in as few steps as you joined.",
    ),
    ConsentText(
        Purpose.PRIVACY_POLICY,
        "2026-11-27",
        "Privacy policy",
        "We keep your account, profile, photos, answers and decisions to run SaltBitter for you, and never sell them "
        "or give them to advertisers. Companies that work for us act on our instructions only. For anything "
        "sensitive, such as whom you seek, we ask separately, and you can say no. You can see, correct, copy and "
        "delete it all; after 30 days to change your mind, your account is erased, except for what the law obliges "
        "us to keep and what follows, all listed for you. If somebody blocked you or we suspended you, we keep codes "
        "of your devices and verified address, and who blocked you, for a year after that. This protects others: you "
        "two stay apart, and a suspension holds, should you come back. You can object to that at any time, also "
        "after the erasure: write to us, and a person decides. If you think we handle data badly, tell us or your "
        "data protection authority.",
    ),
    ConsentText(
        Purpose.PSYCHOLOGICAL_PROFILE,
        "2026-11-26",
        "Your answers about closeness",
        "I agree that SaltBitter keeps my answers to the attachment questionnaire and the two scores worked out from "
        "them, shows me what they may mean, and uses the scores when it judges how another person and I might fit. "
        "Other members never see my answers, my scores or my style; they may read a sentence about the two of us as "
        "a pair. The result is not a diagnosis. If I say no, I am introduced to people all the same and this part "
        "counts as unknown. If I take this back, my scores leave the matching within a minute. I can delete the "
        "answers and results at any time; only the date of my last questionnaire is then kept, because it can be taken "
        "again only after 90 days.",
    ),
    ConsentText(
        Purpose.GENDERS_SOUGHT,
        "2026-11-26",
        "Whom you hope to meet",
        "I agree that SaltBitter keeps the genders I hope to meet, which may tell something about my sexual "
        "orientation. It uses them, together with the genders that others seek, to decide whom to introduce to whom, "
        "and to count in large groups whether everybody is shown fairly. They are not shown on my profile and not used "
        "for advertising. If I say no, I can have an account and a profile, but nobody can be introduced to me, nor I "
        "to anybody. If I take this back, that holds within a minute, and what I chose is deleted; the people I have "
        "matched with remain in my matches until one of us ends it.",
    ),
    ConsentText(
        Purpose.ORIENTATION,
        "2026-11-26",
        "Orientation",
        "I agree that SaltBitter keeps the sexual orientation I choose to state as part of my own profile, where I "
        "alone see it. It is shown to nobody, plays no part in whom I am introduced to, which is decided by the "
        "genders that each of us seeks, and is not used for advertising or statistics. Stating it is optional, and I "
        "can clear it or take this back at any time; it is then deleted within a minute.",
    ),
    ConsentText(
        Purpose.RELIGION,
        "2026-11-26",
        "Religion",
        "I agree that SaltBitter keeps the religion or belief I choose to state and how much it matters to me. It "
        "shows the religion or belief on my profile to the people I am introduced to, and uses both when it judges how "
        "another person and I might fit, also where one of us rules out another religion than their own. They are not "
        "used for advertising or statistics. Stating them is optional; unsaid, they count as unknown. I can clear them "
        "or take this back at any time; within a minute they then play no part any more and are deleted.",
    ),
    ConsentText(
        Purpose.LOCATION,
        "2026-11-26",
        "Location",
        "I agree that SaltBitter uses my position to find people within the distance I choose and to know my time "
        "zone. Only the centre of a square about two kilometres wide is kept, and when it last changed, never the "
        "exact place. Others see my city and a rough distance, such as “5 to 10 km”, never a point on a map. If I say "
        "no, distance counts as unknown. If I take this back, place and city are forgotten within a minute; only when "
        "I last moved is kept, so that nobody can look for others from many places in a row.",
    ),
    ConsentText(
        Purpose.AI_PRACTICE,
        "2026-11-01",
        "Practising with AI companions",
        "I agree that what I write to an AI companion is sent to the AI provider named in the privacy policy, and "
        "that the conversation is kept in my account, so that I can practise conversations. An AI companion is always "
        "labelled as one and never poses as a member. My practice is not shown to anybody, does not change my "
        "matches, and may be imperfect or wrong. Until I agree, no AI companion is switched on; if I take this back, "
        "nothing more is sent.",
    ),
    ConsentText(
        Purpose.AI_COACHING,
        "2026-11-01",
        "Coaching by AI",
        "I agree that parts of my profile and, if I allowed them to be kept, my results about closeness are sent to "
        "the AI provider named in the privacy policy, so that it can write suggestions and reflections for me. They "
        "are labelled as written by AI, are meant for me alone, and replace neither a therapist nor a doctor. No "
        "other member's data is sent. If I take this back, no new reports are written, and I can delete those I have.",
    ),
    ConsentText(
        Purpose.MARKETING_EMAILS,
        "2026-11-01",
        "News by e-mail",
        "I would like to hear by e-mail about new features, events and offers of SaltBitter, twice a month at the "
        "most. My address is not given to anybody else for their own purposes. Every such e-mail has a link to stop "
        "them. Messages that my account needs, such as a confirmation or a security warning, come either way.",
    ),
    ConsentText(
        Purpose.ANALYTICS,
        "2026-11-01",
        "Helping to improve SaltBitter",
        "I agree that SaltBitter counts how I use its pages, for example which steps I finish and where I give up, in "
        "order to make them better. The counts are kept under a random number instead of my name, without messages, "
        "photos, answers or places, and are not combined with data from elsewhere. If I say no, everything works the "
        "same.",
    ),
)

SUPERSEDED = (
    ConsentText(
        Purpose.PRIVACY_POLICY,
        "2026-11-01",
        "Privacy policy",
        "We keep your account, profile, photos, answers and decisions in order to run SaltBitter for you. We do not "
        "sell them and do not give them to advertisers. Companies that store data or send mail for us act on our "
        "instructions only. For anything sensitive, such as whom you seek, where you are or your answers about "
        "closeness, we ask separately, and you can say no. You can see and correct your data, take a copy with you "
        "and delete your account; for 30 days after that you can change your mind, then it is erased, except for what "
        "the law obliges us to keep, which we list for you. If you think we handle your data badly, tell us, or the "
        "data protection authority where you live.",
    ),
    ConsentText(
        Purpose.PSYCHOLOGICAL_PROFILE,
        "2026-11-01",
        "Your answers about closeness",
        "I agree that SaltBitter keeps my answers to the attachment questionnaire and the two scores worked out from "
        "them, shows me what they may mean, and uses the scores when it judges how another person and I might fit. "
        "Other members never see my answers, my scores or my style; they may read a sentence about the two of us as "
        "a pair. The result is not a diagnosis. If I say no, I am introduced to people all the same and this part "
        "counts as unknown. If I take this back, my scores leave the matching within a minute, and I can delete the "
        "answers and results altogether.",
    ),
    ConsentText(
        Purpose.LOCATION,
        "2026-11-01",
        "Location",
        "I agree that SaltBitter uses my position to find people within the distance I choose and to know my time "
        "zone. Only the centre of a square about two kilometres wide is kept, never the exact place. Others see my "
        "city and a rough distance, such as “5 to 10 km”, never a point on a map. If I say no or take this back, "
        "distance counts as unknown, and I can still name my city myself.",
    ),
    ConsentText(
        Purpose.ORIENTATION,
        "2026-11-01",
        "Orientation",
        "I agree that SaltBitter keeps the sexual orientation I choose to state, and uses it together with the "
        "genders I seek for one thing only: deciding whom to introduce to whom. It is not shown on my profile and "
        "not used for advertising or statistics. Stating it is optional, and I can clear it or take this back at any "
        "time; it then plays no part any more within a minute.",
    ),
)
"""Texts that are not offered any more. Records of consents refer to them, so none is ever removed.

Those about closeness and the location were shown reworded from 23 to 26 November 2026 under the version of 1 November,
nearly as they now are under their next one: who agreed then is asked anew like everybody."""

TEXTS: Mapping[Purpose, ConsentText] = MappingProxyType({text.purpose: text for text in _IN_FORCE})
"""The text in force for every purpose, in the order in which they are presented."""

_WORDINGS = {(text.purpose, text.version, text.language): text for text in GERMAN}


def worded(text: ConsentText, language: Language) -> ConsentText:
    """The same text in this language, or as it is where there is no wording of its version."""
    return _WORDINGS.get((text.purpose, text.version, language), text)
