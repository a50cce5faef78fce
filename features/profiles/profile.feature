Feature: A profile
  Members say of themselves what they like and nothing they would rather not. Others see what was meant for them.

  Scenario: What others see
    Given Ana and Ben are members who meet this morning
    Then Ben sees Ana's name, age, city and interests
    And Ben sees neither Ana's birthday, nor what Ana values, nor whom Ana hopes to meet

  Scenario Outline: Interests are chosen with care
    Given Ana is a member
    When Ana names <number> interests
    Then Ana is <answered>

    Examples:
      | number | answered                               |
      | 0      | welcome                                |
      | 4      | told that these are too few interests  |
      | 5      | welcome                                |
      | 15     | welcome                                |
      | 16     | told that these are too many interests |

  Scenario: Words are kept exactly as they were written
    Given Ana is a member
    When Ana writes "Zoë’s naïve 林さくら ☕️  two  spaces" about herself
    Then the profile says "Zoë’s naïve 林さくら ☕️  two  spaces"

  Scenario: A profile says what it lacks and why that would help
    Given Ana is a new member with a name, a gender and a wish whom to meet
    Then the profile asks for a first photo before Ana can meet people
    And says of interests why they would help
    And everything else is Ana's choice

  Scenario: A profile with everything lacks nothing
    Given Ana is a member
    When Ana fills in all there is and shows three photos
    Then the profile is complete

  Scenario: Of two edits from two devices the stale one is refused
    Given Ana is a member
    And Ana has opened the profile on a phone and on a laptop
    When Ana writes "I moved to Porto" on the phone
    And Ana writes "I like fado" on the laptop
    Then Ana is told that the profile was changed meanwhile
    And the profile says "I moved to Porto"

  Scenario: Orientation is kept only with a yes to that
    Given Ana is a member
    When Ana states an orientation
    Then Ana is told that keeping an orientation needs a yes first
    When Ana agrees to orientation
    And Ana states an orientation
    Then Ana is welcome

  Scenario: A place is kept as a square of two kilometres
    Given Ana and Ben are members who meet this morning
    And Ana has looked at where Ben is
    When Ben moves about in the neighbourhood for an hour
    Then where Ben is looks to Ana as it did

  Scenario: A place changes at most every ten minutes
    Given Ana is a member
    And Ana has moved to Sintra
    When 9 minutes pass
    And Ana moves to Lisbon
    Then Ana is told that the place changed only recently
    When a minute passes
    And Ana moves to Lisbon
    Then Ana is welcome
