"""What a result may mean for the member it is about, in words meant for them.

Written for SaltBitter. Every text speaks to the member, takes each style as a way of looking after oneself that makes
sense, and promises nothing. A result between styles gets the words of each, the named one's first.
"""

from collections.abc import Mapping
from itertools import chain, zip_longest

import attrs

from saltbitter_domain.assessments.catalogue import NORMS
from saltbitter_domain.assessments.growth_de import GERMAN
from saltbitter_domain.assessments.model import (
    Assessment,
    Classification,
    Growth,
    GrowthWords,
    Insights,
    Norms,
    QualityFlag,
    Style,
)
from saltbitter_domain.assessments.scoring import change, percentile

NOT_A_DIAGNOSIS = (
    "This describes how you answered on one day. It is not a diagnosis and not a measure of your worth. Answers move "
    "with relationships, with time and with practice, and you know yourself better than any questionnaire does."
)

RESOURCES = (
    (
        "If closeness has often hurt or frightened you, you do not have to sort it out alone: a licensed therapist can "
        "go through it with you at your own pace."
    ),
    "Your doctor is a good first person to ask. They can listen, and they know which support there is near you.",
    "If you are in danger now, or think of harming yourself, call your local emergency number.",
)
"""Offered with every result that is fearful or borders on it."""

QUALITY_NOTES = {
    QualityFlag.STRAIGHT_LINED: (
        "You gave every statement the same answer. Some statements say the opposite of others, so this tells us little "
        "about you, and the result counts for less in your matches."
    ),
    QualityFlag.HASTY: (
        "You answered in less than two seconds per statement, so the result counts for less in your matches. If you "
        "were in a hurry, you can delete it and answer again whenever you like."
    ),
}

STYLES = {
    Style.SECURE: Growth(
        title="Secure",
        summary=(
            "Your answers describe someone who is mostly at ease with closeness and with time apart. You tend to "
            "expect that people who care about you still will after a difficult day, and you can lean on them without "
            "losing sight of yourself."
        ),
        strengths=(
            "You can enjoy being close and enjoy being on your own, so neither has to win.",
            (
                "When something goes amiss between you and someone else, you tend to treat it as a thing to talk about "
                "and not as a verdict on the two of you."
            ),
            "You let people help you, which quietly tells them that they may ask you for help too.",
            "When someone says they need time, you can usually hear it as being about time and not about you.",
            "You give credit freely: noticing what a partner does well comes naturally to you.",
        ),
        suggestions=(
            (
                "What is easy for you may be an effort for someone else. When a partner goes quiet or asks twice, get "
                "curious about what it is like for them before you explain how you see it."
            ),
            (
                "Being steady can mean that you carry other people's weather. Notice when you have been the calm one "
                "for a while, and say what you need yourself."
            ),
            (
                "Ease can turn into habit. Now and then ask the questions you stopped asking once you knew each other "
                "well: what do you hope for this year, what has changed?"
            ),
            (
                "You may assume that good intentions show. Say them out loud: a partner who is used to guessing gets "
                "more from one plain sentence of yours than from ten hints."
            ),
            (
                "If you notice that you keep explaining away something that bothers you, take it as seriously as you "
                "would if a friend told you about it."
            ),
        ),
        communication=(
            (
                "Say what you saw, what you felt and what you would like, in that order: “When the plan changed at six "
                "I felt dropped. Could you call me next time?”"
            ),
            (
                "Tell people early how you like to be in touch. “I am slow to text and glad to talk” spares someone "
                "you are getting to know a week of wondering."
            ),
            "When a partner is upset, ask whether they would like you to listen or to help, and then do that one.",
            (
                "Make repair ordinary. “I did not like how I said that, may I try again?” works for you at any point "
                "in a conversation."
            ),
            (
                "Answer the question behind the question: if you are asked “Are we all right?”, begin with the yes or "
                "the no, and explain after that."
            ),
        ),
        this_week=(
            "Thank one person for something particular they did, and tell them what it changed for you.",
            (
                "Ask someone close a question you do not know the answer to, and let their answer be the whole "
                "conversation."
            ),
            "Ask for help with one small thing that you would usually manage alone.",
            "Pick one everyday moment with someone, a meal or a walk, and leave your phone in another room for it.",
        ),
    ),
    Style.ANXIOUS: Growth(
        title="Anxious",
        summary=(
            "Your answers describe someone who cares a great deal about closeness and quickly picks up signs of "
            "distance. Mattering to someone is important to you, and not knowing where you stand takes up a lot of "
            "room."
        ),
        strengths=(
            "You notice how people feel, often before they have said a word to you.",
            "You put effort into the people you love: you remember, you ask, you show up.",
            "You are willing to talk about the relationship itself, which many people put off for years.",
            "You let people know that they matter to you; nobody has to guess whether you are glad to see them.",
            "When a distance opens up, you are often the first to reach across it.",
        ),
        suggestions=(
            (
                "A worry can feel like news. Before you act on one, separate what you saw (“two hours without an "
                "answer”) from the story you added (“I said something stupid”)."
            ),
            (
                "Give your wish for comfort a little time. If you feel the pull to send one more message, do something "
                "with your hands for twenty minutes, and then decide."
            ),
            (
                "Look after the parts of your week that are yours alone: the friends, the class, the long walk. They "
                "steady you, and they give you something to bring home."
            ),
            (
                "Let a kind word arrive. When someone tells you that they are glad of you, stay with it for a breath "
                "before you check whether it is still true."
            ),
            (
                "Look at how a person treats you over a month and not over one evening. A pattern tells you more than "
                "a mood does."
            ),
        ),
        communication=(
            (
                "Ask for what you would like instead of testing for it. “I would love a message when you get home” "
                "gives the other person a fair chance."
            ),
            (
                "Name the feeling without making anyone guilty of it: “I notice that I am getting worried, and I would "
                "like to hear from you.”"
            ),
            "Bring one worry and one request to a conversation. What you say is easier to hear when it comes alone.",
            "Agree on what silence means. “At work I answer in the evening” can spare you hours of guessing.",
            (
                "When you are very stirred up, say that you want to talk, and name a time: “This matters to me, can we "
                "sit down after dinner?”"
            ),
        ),
        this_week=(
            (
                "Write down one worry about someone, and then three other explanations that you would believe if a "
                "friend told you the story."
            ),
            "Make one request out loud that you would usually only hint at.",
            "Plan an evening that depends on nobody else, and spend part of it on something you are good at.",
            "On three evenings, note one thing by which someone showed that they had you in mind.",
        ),
    ),
    Style.AVOIDANT: Growth(
        title="Avoidant",
        summary=(
            "Your answers describe someone who values independence and likes to have a say in how near others come. "
            "You tend to handle things yourself, and you may need some room before you can take in how much someone "
            "means to you."
        ),
        strengths=(
            "You are good company for yourself, and you rarely make another person responsible for your mood.",
            "When things get hectic you keep a clear head and look for what can be done.",
            "You respect other people's space, because you know what yours is worth to you.",
            "You think before you commit, so when you say yes you have usually meant it for a while.",
            "You leave a partner room for a life of their own, with their own friends and opinions.",
        ),
        suggestions=(
            (
                "Notice the moment when you begin to list someone's faults, or suddenly wish to be elsewhere. Ask "
                "yourself what had just come close."
            ),
            (
                "Try relying on someone in small things first: a lift, an opinion, a spare key. You can stop at any "
                "point and see how it felt."
            ),
            (
                "Time for yourself is easier to give when it has an end. Take what you need, and say when you expect "
                "to be back."
            ),
            (
                "Your body may know a feeling before you have a word for it. A tight jaw or a restless leg can be the "
                "first hint that something touched you."
            ),
            "Let one good thing about being close be true for you, even if it comes with things you like less.",
        ),
        communication=(
            (
                "When you need a break, say so and name your return: “I would like to think about this. Can I come "
                "back to it at eight?”"
            ),
            (
                "Share something while it is unfinished. “I do not know yet what I feel, but it is not nothing” tells "
                "a partner more than you might think."
            ),
            "If talking face to face is a lot for you, talk side by side: walking, driving, cooking.",
            (
                "Say the appreciative thing that you were only thinking. It costs you a sentence, and the other person "
                "may carry it around all week."
            ),
            (
                "When someone asks for closeness, say what you can offer along with what you cannot: “Not tonight, but "
                "I would like to have Sunday morning with you.”"
            ),
        ),
        this_week=(
            "Tell one person something about your day that you would normally keep to yourself.",
            "When someone offers you help with something small, say yes and leave it at a thank-you.",
            "Write three sentences about how you felt after seeing someone you like. Nobody has to read them.",
            "Stay five minutes longer than you usually would when a conversation gets personal.",
        ),
    ),
    Style.FEARFUL: Growth(
        title="Fearful",
        summary=(
            "Your answers describe someone who longs for closeness and is wary of it at the same time. You may move "
            "towards someone and then find yourself stepping back. Both make sense: one part of you looks for warmth, "
            "the other looks out for you."
        ),
        strengths=(
            (
                "You know the wish for closeness and the wish for safety, so you understand people whom others find "
                "hard to read."
            ),
            "You are careful with trust, and when you give it, you mean it.",
            "You pay attention to how people treat one another; very little escapes you.",
            "You have gone on caring about closeness when it was complicated for you, and that takes courage.",
            "You can hold two feelings at once, which is rare and useful between people who are close.",
        ),
        suggestions=(
            (
                "Let closeness come in steps that you choose. You can enjoy an evening without deciding what it means "
                "for next year."
            ),
            (
                "When you feel the urge to get away, try a pause before you leave: say that you need ten minutes, "
                "breathe out slowly, and see what is still true afterwards."
            ),
            (
                "Find out what settles you, a walk, music, cold water on the wrists, a call to a friend, and use it "
                "before a difficult talk as well as after it."
            ),
            (
                "Notice with whom you feel calm, also when somebody dazzling is in the room, and give that calm time "
                "to become interesting to you."
            ),
            (
                "Be as patient with yourself as you would be with a friend who has reasons to be careful. You owe "
                "nobody a pace that frightens you."
            ),
        ),
        communication=(
            (
                "Tell someone you trust about both halves: “I like being close to you, and sometimes I get scared and "
                "go quiet. It helps when you stay friendly and give me a little time.”"
            ),
            (
                "Agree with a partner on a word that means “pause, I am coming back”, so that stepping out for a "
                "moment does not look as if you were leaving."
            ),
            (
                "Keep hard conversations short. Twenty good minutes and a second date for the rest can be kinder to "
                "you both than one long night."
            ),
            "Say what you need while it is small. “Could you sit next to me?” is a complete request.",
            (
                "Check what you heard before you reply to it: “I understood that you are disappointed in me. Is that "
                "what you meant?”"
            ),
        ),
        this_week=(
            (
                "Choose one person who has been kind to you, and share something with them that feels about three out "
                "of ten difficult."
            ),
            "Twice this week, when you want to move away from someone, write down what happened in the minute before.",
            (
                "Before you sleep, take one slow minute: feel your feet, breathe out longer than in, and name five "
                "things you can hear."
            ),
            "Make a short list of people and places with whom and where you feel at ease, and spend an hour with one.",
        ),
        resources=RESOURCES,
    ),
}

BLENDS = {
    frozenset({Style.SECURE, Style.ANXIOUS}): (
        "One of your scores lies near the middle of the scale, so a single word would claim too much. You seem at home "
        "with closeness, and how much you wonder whether it will last differs from week to week and from person to "
        "person."
    ),
    frozenset({Style.SECURE, Style.AVOIDANT}): (
        "One of your scores lies near the middle of the scale, so a single word would claim too much. You seem to "
        "worry little about whether you are wanted, and how near you like people to come depends on the person and the "
        "day."
    ),
    frozenset({Style.ANXIOUS, Style.FEARFUL}): (
        "One of your scores lies near the middle of the scale, so a single word would claim too much. Mattering to "
        "someone is important to you; at times you reach for it openly, and at times you wait and hold back."
    ),
    frozenset({Style.AVOIDANT, Style.FEARFUL}): (
        "One of your scores lies near the middle of the scale, so a single word would claim too much. You like to have "
        "a say in how near others come; sometimes that is a preference of yours, and sometimes it is a way of taking "
        "care."
    ),
    frozenset(Style): (
        "Both of your scores lie near the middle of the scale, so no single word fits. You will probably recognise a "
        "little of everything below: take what sounds like you, and leave the rest."
    ),
}
"""What a result between these styles is like; scores near a cut lead to no other combinations."""

ENGLISH = GrowthWords(NOT_A_DIAGNOSIS, NORMS.source, QUALITY_NOTES, STYLES, BLENDS, "Between {others} and {last}")
WORDS: Mapping[str, GrowthWords] = {"en": ENGLISH, "de": GERMAN}
"""What results say in each language that members read them in, English first."""

LONGEST_LIST = 6
"""A result between styles keeps this many items of a list, taken from each style in turn."""


def growth(classification: Classification, words: GrowthWords = ENGLISH) -> Growth:
    """The words for a clear style, or those of all styles a result lies between woven into one."""
    if not classification.blend:
        return words.styles[classification.style]
    parts = [words.styles[style] for style in classification.blend]
    *others, last = (part.title.lower() for part in parts)
    return Growth(
        title=words.between.format(others=", ".join(others), last=last),
        summary=words.blends[frozenset(classification.blend)],
        strengths=_woven(*(part.strengths for part in parts)),
        suggestions=_woven(*(part.suggestions for part in parts)),
        communication=_woven(*(part.communication for part in parts)),
        this_week=_woven(*(part.this_week for part in parts)),
        resources=tuple(chain.from_iterable(part.resources for part in parts)),
    )


def insights(assessment: Assessment, previous: Assessment | None = None, norms: Norms = NORMS) -> Insights:
    """The assessment read back to its member in English, compared with the one before when there is one."""
    return Insights(
        assessment=assessment,
        anxiety_percentile=percentile(assessment.scores.anxiety, norms.anxiety),
        avoidance_percentile=percentile(assessment.scores.avoidance, norms.avoidance),
        norms_source=norms.source,
        growth=growth(assessment.classification),
        quality_notes=_notes(assessment, ENGLISH),
        change=None if previous is None else change(previous, assessment, norms),
        note=ENGLISH.note,
    )


def worded(read: Insights, words: GrowthWords) -> Insights:
    """The same insights in these words. Norms that are not the product's keep the name they came with."""
    sources = {each.norms_source: words.norms_source for each in WORDS.values()}
    return attrs.evolve(
        read,
        norms_source=sources.get(read.norms_source, read.norms_source),
        growth=growth(read.assessment.classification, words),
        quality_notes=_notes(read.assessment, words),
        note=words.note,
    )


def _notes(assessment: Assessment, words: GrowthWords) -> tuple[str, ...]:
    return tuple(note for flag, note in words.quality_notes.items() if flag in assessment.quality)


def _woven(*lists: tuple[str, ...]) -> tuple[str, ...]:
    in_turn = chain.from_iterable(zip_longest(*lists))
    return tuple(item for item in in_turn if item is not None)[:LONGEST_LIST]
