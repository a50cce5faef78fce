"""The words of ``explanations`` in English."""

from saltbitter_domain.assessments.model import Style
from saltbitter_domain.compatibility.model import Band, ExplanationWords
from saltbitter_domain.profiles.catalogue import INTERESTS, VALUES
from saltbitter_domain.profiles.model import Intention

ENGLISH = ExplanationWords(
    attachment_answered="You have both answered the attachment questions.",
    attachment_unanswered="You have not shared answers about attachment, so this part counts as average.",
    attachment_unknown="Not both of you have shared answers about attachment, so this part counts as average.",
    tends="You tend to {tendency}.",
    at_times="{tendency}, and at times to {other}",
    tendencies={
        Style.SECURE: "be at ease both with closeness and with time apart",
        Style.ANXIOUS: "hold closeness dear and notice early when it wavers",
        Style.AVOIDANT: "value your independence and sort things out on your own first",
        Style.FEARFUL: "long for closeness and take a step back when it comes near",
    },
    helps="What helps two people with that is {help}.",
    help={
        Style.SECURE: "to go on saying plainly what each of you feels and needs",
        Style.ANXIOUS: "to agree when you will next be in touch, and to ask for reassurance in plain words",
        Style.AVOIDANT: "to say when you need time for yourself, and when you will be back",
        Style.FEARFUL: "to go slowly, to keep small promises, and to say so when it becomes too much",
    },
    interests_unknown="Not both of you have said what you are interested in, so this part counts as average.",
    interests_differ="You have named different interests, so there is something for each of you to show the other.",
    interests_shared="You share {interests}.",
    interests={tag: interest.label for tag, interest in INTERESTS.items()},
    one_more="1 more",
    more="{count} more",
    values_shared="You both put {values} among what matters most.",
    value_labels={value: wording.label for value, wording in VALUES.items()},
    values={
        Band.STRONG: "What matters in life comes in much the same order for both of you.",
        Band.GOOD: "You agree on a good part of what matters in life.",
        Band.SOME: "You agree on some of what matters in life and differ on the rest.",
        Band.DIFFERS: "Different things matter most to each of you, which is worth talking about early.",
        Band.UNKNOWN: "Not both of you have said what matters more and what less, so this part counts as average.",
    },
    values_rerated=(
        "You have rated what matters to you anew since the day you were introduced, so this part counts as average."
    ),
    intentions={
        Intention.LONG_TERM: "You are both looking for a long-term relationship.",
        Intention.LIFE_PARTNER: "You are both looking for a partner for life.",
        Intention.FIGURING_IT_OUT: "You are both still figuring out what you are looking for.",
        Intention.NEW_FRIENDS: "You are both looking for new friends.",
    },
    circumstances={
        Band.STRONG: "Your everyday lives look easy to bring together.",
        Band.GOOD: "Most of your circumstances go together.",
        Band.SOME: "Some of your circumstances go together and some do not.",
        Band.DIFFERS: "Your circumstances differ in more than one way; ask about those that matter to you.",
    },
    conjunction="and",
)
