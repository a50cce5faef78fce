"""The words of profiles: interests, values, prompts, languages, and how every vocabulary reads to a member.

Keys are stored with members' answers. A label may be reworded; a key that members have chosen stays.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import attrs

from saltbitter_domain.profiles.model import (
    BasicValue,
    DealBreaker,
    DistanceBand,
    Drinking,
    Education,
    Gender,
    HasChildren,
    Importance,
    Intention,
    Orientation,
    PhotoState,
    RefusalReason,
    Religion,
    Smoking,
    Visibility,
    WantsChildren,
)


@attrs.frozen
class Interest:
    """Something people do or love, the group it is shown in, and its key, unique across groups."""

    key: str
    label: str
    group: str


@attrs.frozen
class ValueWording:
    """A basic value as the product names it: a label and one sentence."""

    label: str
    description: str


@attrs.frozen
class ProfilePart:
    """A part of a complete profile: its share of the whole in per cent, and why giving it helps."""

    label: str
    percent: int
    why: str
    required: bool = False


_INTERESTS_BY_GROUP = {
    "Outdoors": (
        "Hiking, Camping, Climbing, Gardening, Birdwatching, Stargazing, Foraging, Fishing, Wild swimming, Sailing, "
        "Kayaking, Skiing"
    ),
    "Sport and movement": (
        "Running, Cycling, Swimming, Football, Basketball, Tennis, Volleyball, Yoga, Strength training, Martial arts, "
        "Dancing, Surfing, Skating"
    ),
    "Food and drink": (
        "Cooking, Baking, Coffee, Tea, Wine, Craft beer, Street food, Vegetarian cooking, Fermenting, Eating out, "
        "Barbecue, Cheese"
    ),
    "Music": (
        "Live concerts, Singing, Playing an instrument, Classical music, Jazz, Electronic music, Hip-hop, Rock, Folk "
        "music, Opera, Vinyl records, Karaoke"
    ),
    "Arts and making": (
        "Drawing, Painting, Photography, Pottery, Knitting, Sewing, Woodworking, Creative writing, Poetry, "
        "Calligraphy, Interior design, Fashion"
    ),
    "Culture and stories": (
        "Reading, Cinema, Documentaries, Theatre, Museums, Architecture, History, Comics, Anime, Podcasts, Stand-up "
        "comedy, Science fiction"
    ),
    "Mind and learning": (
        "Philosophy, Psychology, Astronomy, Science, Learning languages, Economics, Politics, Mathematics, Natural "
        "history, Meditation, Spirituality, Journaling"
    ),
    "Games and technology": (
        "Board games, Video games, Chess, Role-playing games, Puzzles, Pub quizzes, Programming, Electronics, Model "
        "building, Card games, Escape rooms"
    ),
    "People and causes": (
        "Volunteering, Climate action, Human rights, Animal welfare, Mentoring, Community projects, Hosting friends, "
        "Family time, Faith community, Youth work, Neighbourhood life"
    ),
    "Travel and everyday joys": (
        "City breaks, Backpacking, Road trips, Train journeys, Festivals, Flea markets, Dogs, Cats, Houseplants, "
        "Motorcycles, Cars, Long walks, Slow mornings"
    ),
}


def _key(label: str) -> str:
    return label.lower().replace(" ", "_").replace("-", "_")


INTERESTS: Mapping[str, Interest] = MappingProxyType(
    {
        _key(label): Interest(_key(label), label, group)
        for group, labels in _INTERESTS_BY_GROUP.items()
        for label in labels.split(", ")
    }
)
"""Every interest a member can choose, by key, group after group."""

VALUES: Mapping[BasicValue, ValueWording] = MappingProxyType(
    {
        BasicValue.SELF_DIRECTION: ValueWording(
            "Independence", "Thinking for myself and finding my own way of living."
        ),
        BasicValue.STIMULATION: ValueWording("Adventure", "New things, surprises and a life that stays exciting."),
        BasicValue.HEDONISM: ValueWording("Enjoyment", "Taking pleasure in good moments and treating myself to them."),
        BasicValue.ACHIEVEMENT: ValueWording("Accomplishment", "Being good at what I do and seeing it recognised."),
        BasicValue.POWER: ValueWording("Influence", "Having a say, and the standing and means that go with it."),
        BasicValue.SECURITY: ValueWording("Safety", "A settled life in which the people I love and I are safe."),
        BasicValue.CONFORMITY: ValueWording("Consideration", "Keeping to what we agreed on and not upsetting others."),
        BasicValue.TRADITION: ValueWording("Roots", "Honouring the customs and beliefs I come from."),
        BasicValue.BENEVOLENCE: ValueWording("Care", "Being there for the people close to me, so they can rely on me."),
        BasicValue.UNIVERSALISM: ValueWording("Fairness", "Justice for everyone, and looking after the living world."),
    }
)
"""The ten basic human values of Schwartz (1992) in the product's own words; members rate each from 0 to 7."""

PROMPTS: Mapping[str, str] = MappingProxyType(
    {
        "good_sunday": "A good Sunday for me looks like…",
        "lose_track_of_time": "I lose track of time when…",
        "feel_at_home": "I feel at home with someone who…",
        "after_a_hard_day": "After a hard day I need…",
        "learned_lately": "Something I learned lately…",
        "changed_my_mind": "I changed my mind about…",
        "small_thing": "A small thing that makes me happy…",
        "proud_of": "Something I am quietly proud of…",
        "friends_say": "My friends would say that I…",
        "laugh_about": "You can make me laugh with…",
        "teach_you": "I could teach you…",
        "teach_me": "I would love you to teach me…",
        "cook_for_you": "If I cooked for you, it would be…",
        "place_i_return_to": "A place I keep going back to…",
        "book_or_film": "A book or film that stayed with me…",
        "song": "The song I never skip…",
        "show_i_care": "I show that I care by…",
        "when_we_disagree": "When we disagree, I…",
        "first_meeting": "For a first meeting I would suggest…",
        "looking_forward": "I am looking forward to…",
        "would_not_guess": "You would not guess that I…",
        "brave": "The bravest thing I did this year…",
        "family": "Family, to me, means…",
        "ask_me_about": "Ask me about…",
    }
)
"""The openings a member can finish in their own words, by key."""

_LANGUAGES = (
    "af Afrikaans, sq Albanian, am Amharic, ar Arabic, hy Armenian, az Azerbaijani, eu Basque, be Belarusian, "
    "bn Bengali, bs Bosnian, bg Bulgarian, my Burmese, ca Catalan, zh Chinese, hr Croatian, cs Czech, da Danish, "
    "nl Dutch, en English, eo Esperanto, et Estonian, fi Finnish, fr French, gl Galician, ka Georgian, de German, "
    "el Greek, gu Gujarati, ht Haitian Creole, ha Hausa, he Hebrew, hi Hindi, hu Hungarian, is Icelandic, ig Igbo, "
    "id Indonesian, ga Irish, it Italian, ja Japanese, kn Kannada, kk Kazakh, km Khmer, rw Kinyarwanda, ko Korean, "
    "ku Kurdish, ky Kyrgyz, lo Lao, lv Latvian, lt Lithuanian, lb Luxembourgish, mk Macedonian, ms Malay, "
    "ml Malayalam, mt Maltese, mr Marathi, mn Mongolian, ne Nepali, no Norwegian, ps Pashto, fa Persian, pl Polish, "
    "pt Portuguese, pa Punjabi, ro Romanian, ru Russian, sr Serbian, si Sinhala, sk Slovak, sl Slovenian, so Somali, "
    "es Spanish, sw Swahili, sv Swedish, tl Tagalog, tg Tajik, ta Tamil, te Telugu, th Thai, ti Tigrinya, "
    "tr Turkish, tk Turkmen, uk Ukrainian, ur Urdu, uz Uzbek, vi Vietnamese, cy Welsh, wo Wolof, xh Xhosa, "
    "yi Yiddish, yo Yoruba, zu Zulu"
)

LANGUAGES: Mapping[str, str] = MappingProxyType(dict(entry.split(" ", 1) for entry in _LANGUAGES.split(", ")))
"""ISO 639-1 codes of the languages a member can name, with their English names."""

REFUSALS: Mapping[RefusalReason, str] = MappingProxyType(
    {
        RefusalReason.UNREADABLE: (
            "We could not open this picture. Please save it again as JPEG, PNG, WebP or HEIC, at most 40 megapixels, "
            "and upload it once more."
        ),
        RefusalReason.NO_FACE: (
            "We could not see a face clearly. Please choose a first photo that shows your face, well lit and not too "
            "far away; this one can still be one of your other photos."
        ),
        RefusalReason.SEVERAL_FACES: (
            "We see more than one person. Please choose a first photo with only you on it; this one can still be one "
            "of your other photos."
        ),
        RefusalReason.NOT_ALLOWED: (
            "This picture shows something our photo rules do not allow. Please choose another, or tell us why we are "
            "mistaken and a person will look at it."
        ),
        RefusalReason.REMOVED_BEFORE: (
            "This picture was removed from SaltBitter before. Please choose another, or tell us why we are mistaken "
            "and a person will look at it."
        ),
    }
)
"""Why a photo was refused and what to do, as the member reads it."""

IN_REVIEW = (
    "A person looks at this photo before anybody else sees it, usually within a day. You need not do anything: we "
    "write to you as soon as it is decided."
)
"""What the member reads beside a photo that waits for staff."""

LABELS: Mapping[type[StrEnum], Mapping[str, str]] = MappingProxyType(
    {
        Gender: {"woman": "Woman", "man": "Man", "non_binary": "Non-binary"},
        Orientation: {
            "straight": "Straight",
            "gay": "Gay",
            "bisexual": "Bisexual",
            "pansexual": "Pansexual",
            "asexual": "Asexual",
            "queer": "Queer",
            "questioning": "Questioning",
        },
        Intention: {
            "long_term": "A long-term relationship",
            "life_partner": "A partner for life",
            "figuring_it_out": "Still figuring it out",
            "new_friends": "New friends",
        },
        HasChildren: {"no": "Has no children", "yes": "Has children"},
        WantsChildren: {"no": "Does not want children", "maybe": "May want children", "yes": "Wants children"},
        Smoking: {
            "never": "Never smokes",
            "sometimes": "Smokes sometimes",
            "quitting": "Is giving up smoking",
            "regularly": "Smokes regularly",
        },
        Drinking: {
            "never": "Never drinks",
            "rarely": "Rarely drinks",
            "socially": "Drinks in company",
            "often": "Drinks often",
        },
        Education: {
            "school": "School",
            "studying": "Studying",
            "vocational": "Vocational training",
            "bachelor": "Bachelor's degree",
            "master": "Master's degree",
            "doctorate": "Doctorate",
        },
        Religion: {
            "agnostic": "Agnostic",
            "atheist": "Atheist",
            "buddhist": "Buddhist",
            "catholic": "Catholic",
            "christian": "Christian",
            "hindu": "Hindu",
            "jewish": "Jewish",
            "muslim": "Muslim",
            "other": "Another belief",
        },
        Importance: {
            "not_important": "Not important to me",
            "somewhat_important": "Somewhat important to me",
            "very_important": "Very important to me",
        },
        DealBreaker: {
            "smokes": "Smokes",
            "drinks_often": "Drinks often",
            "has_children": "Has children",
            "wants_no_children": "Does not want children",
            "wants_children": "Wants children",
            "other_religion": "Has another religion than I do",
        },
        Visibility: {
            "active": "Visible to people who may suit me",
            "incognito": "Visible only to people I like",
            "paused": "Taking a break",
        },
        DistanceBand: {
            "under_5_km": "Less than 5 km away",
            "5_to_10_km": "5–10 km away",
            "10_to_25_km": "10–25 km away",
            "25_to_50_km": "25–50 km away",
            "50_to_100_km": "50–100 km away",
            "over_100_km": "More than 100 km away",
        },
        PhotoState: {
            "processing": "We are looking at it",
            "in_review": "A person looks at it first",
            "approved": "Others can see it",
            "refused": "Only you can see it",
            "appealed": "A person will look at it",
        },
    }
)
"""How each answer of each vocabulary reads to a member."""

PARTS: Mapping[str, ProfilePart] = MappingProxyType(
    {
        "primary_photo": ProfilePart(
            "First photo", 20, "People like to know whom they are meeting; matching starts with it.", required=True
        ),
        "interests": ProfilePart(
            "Interests", 15, "They are a quarter of how well two people fit, and easy to talk about."
        ),
        "values": ProfilePart(
            "Values", 10, "They are a fifth of how well two people fit; nobody else sees your ratings."
        ),
        "intention": ProfilePart("What you hope for", 10, "People who hope for the same thing find each other sooner."),
        "bio": ProfilePart("About you", 10, "A few sentences of your own say what no list can."),
        "prompts": ProfilePart("Prompts", 10, "An answer gives others something to reply to."),
        "more_photos": ProfilePart("More photos", 5, "Three photos show more of your life than one."),
        "children": ProfilePart("Children", 5, "Wanting different things is better known at the start."),
        "lifestyle": ProfilePart("Smoking and drinking", 5, "Everyday habits are part of how two people fit."),
        "languages": ProfilePart("Languages", 5, "We can introduce you to people you can talk with."),
        "location": ProfilePart("Place", 5, "We look near you; others see your city and a rough distance, never more."),
    }
)
"""The parts of a complete profile; their shares add up to 100. Nothing sensitive is among them, so that nobody is
nudged to tell their orientation or religion."""
