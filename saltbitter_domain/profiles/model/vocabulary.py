"""The words in which members answer. An answer is one of these or it is not given (``None``, unknown)."""

from enum import StrEnum


class Gender(StrEnum):
    WOMAN = "woman"
    MAN = "man"
    NON_BINARY = "non_binary"


class Orientation(StrEnum):
    """Special-category data: kept only under the consent ``orientation``, and never used for matching."""

    STRAIGHT = "straight"
    GAY = "gay"
    BISEXUAL = "bisexual"
    PANSEXUAL = "pansexual"
    ASEXUAL = "asexual"
    QUEER = "queer"
    QUESTIONING = "questioning"


class Intention(StrEnum):
    LONG_TERM = "long_term"
    LIFE_PARTNER = "life_partner"
    FIGURING_IT_OUT = "figuring_it_out"
    NEW_FRIENDS = "new_friends"


class HasChildren(StrEnum):
    NO = "no"
    YES = "yes"


class WantsChildren(StrEnum):
    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class Smoking(StrEnum):
    NEVER = "never"
    SOMETIMES = "sometimes"
    QUITTING = "quitting"
    REGULARLY = "regularly"


class Drinking(StrEnum):
    NEVER = "never"
    RARELY = "rarely"
    SOCIALLY = "socially"
    OFTEN = "often"


class Education(StrEnum):
    SCHOOL = "school"
    STUDYING = "studying"
    VOCATIONAL = "vocational"
    BACHELOR = "bachelor"
    MASTER = "master"
    DOCTORATE = "doctorate"


class Religion(StrEnum):
    AGNOSTIC = "agnostic"
    ATHEIST = "atheist"
    BUDDHIST = "buddhist"
    CATHOLIC = "catholic"
    CHRISTIAN = "christian"
    HINDU = "hindu"
    JEWISH = "jewish"
    MUSLIM = "muslim"
    OTHER = "other"


class Importance(StrEnum):
    """How much religion matters to the member."""

    NOT = "not_important"
    SOMEWHAT = "somewhat_important"
    VERY = "very_important"


class DealBreaker(StrEnum):
    """What a member will not do without, judged on the other's answer; an unanswered question breaks nothing."""

    SMOKES = "smokes"
    DRINKS_OFTEN = "drinks_often"
    HAS_CHILDREN = "has_children"
    WANTS_NO_CHILDREN = "wants_no_children"
    WANTS_CHILDREN = "wants_children"
    OTHER_RELIGION = "other_religion"


class BasicValue(StrEnum):
    """The ten basic human values (Schwartz 1992), named in the field's terms; the wording shown is in ``catalogue``."""

    SELF_DIRECTION = "self_direction"
    STIMULATION = "stimulation"
    HEDONISM = "hedonism"
    ACHIEVEMENT = "achievement"
    POWER = "power"
    SECURITY = "security"
    CONFORMITY = "conformity"
    TRADITION = "tradition"
    BENEVOLENCE = "benevolence"
    UNIVERSALISM = "universalism"


class Visibility(StrEnum):
    """Incognito: seen only by those the member has liked, in every tier. Paused: in nobody's matches, getting none."""

    ACTIVE = "active"
    INCOGNITO = "incognito"
    PAUSED = "paused"
