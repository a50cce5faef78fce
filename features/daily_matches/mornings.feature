Feature: The morning's introductions
  Every morning at six, by the clock on their own wall, members are introduced to up to ten people. They stay the same
  until the next morning, and nothing about them is urgent.

  Scenario Outline: Six in the morning, everywhere
    Given it is 20:00 on 2026-03-09 in <home>
    And Ana lives in <home>, where there are people to meet
    When it is 05:55 on 2026-03-10 in <home>
    Then Ana's introductions are those of 2026-03-09
    When it is 06:00 on 2026-03-10 in <home>
    Then Ana's introductions are those of 2026-03-10

    Examples:
      | home      |
      | Lisbon    |
      | New York  |
      | Kathmandu |
      | Auckland  |

  Scenario Outline: The morning follows the clocks when they change
    Given it is 20:00 on <eve> in <home>
    And Ana lives in <home>, where there are people to meet
    When it is 05:55 on <day> in <home>
    Then Ana's introductions are those of <eve>, and the next come at <utc> UTC
    When it is 06:00 on <day> in <home>
    Then Ana's introductions are those of <day>

    Examples: Clocks go forward
      | home     | eve        | day        | utc   |
      | New York | 2026-03-07 | 2026-03-08 | 10:00 |
      | London   | 2026-03-28 | 2026-03-29 | 05:00 |
      | Sydney   | 2026-10-03 | 2026-10-04 | 19:00 |

    Examples: Clocks go back
      | home     | eve        | day        | utc   |
      | Sydney   | 2026-04-04 | 2026-04-05 | 20:00 |
      | London   | 2026-10-24 | 2026-10-25 | 06:00 |
      | New York | 2026-10-31 | 2026-11-01 | 11:00 |

  Scenario: Morning comes to each in their own time
    Given it is 20:00 on 2026-03-09 in Auckland
    And Ana lives in Lisbon, where there are people to meet
    And Eva lives in Auckland, where there are people to meet
    When it is 06:00 on 2026-03-10 in Auckland
    Then Eva's introductions are those of 2026-03-10
    But Ana's introductions are those of 2026-03-09
    When it is 06:00 on 2026-03-10 in Lisbon
    Then Ana's introductions are those of 2026-03-10
    And Eva's introductions are those of 2026-03-10

  Scenario: A morning that was missed is made up for, once
    Given it is 20:00 on 2026-03-09 in Lisbon
    And Ana lives in Lisbon, where there are people to meet
    And Ana has looked at the introductions
    When nothing works from then until 10:40 on 2026-03-12 in Lisbon
    And 5 minutes pass
    Then Ana's introductions are those of 2026-03-12
    And Ana was given notice of introductions on 2026-03-09 and 2026-03-12 only

  Scenario: The day's introductions stay as they are
    Given Ana lives in Lisbon, where there are people to meet
    And the next morning has come
    And Ana has looked at the introductions
    When 10 more people come to live there
    And 8 hours pass
    Then Ana's introductions are as they were

  Scenario Outline: Ten at most, and as many as there are
    Given Ana lives in Lisbon, where there are <so many> people to meet
    When the next morning comes
    Then Ana has <introductions>

    Examples:
      | so many | introductions                                  |
      | 14      | 10 introductions                               |
      | 10      | 10 introductions                               |
      | 9       | 9 introductions and is told that these are all |

  Scenario: Whoever is ready meets people within minutes, at any hour
    Given there are people to meet in Lisbon
    And it is 21:30 on 2026-03-02 in Lisbon
    When Ana joins in Lisbon and does all there is to do
    And 5 minutes pass
    Then Ana has introductions

  Scenario: Whoever is not ready is told what is missing
    Given Ana is a new member with a name, a gender and a wish whom to meet
    Then Ana has no introductions, because of the first photo

  Scenario: A quiet word, and nothing rings
    Given Ana lives in Lisbon, where there are people to meet
    When the next morning comes
    Then a quiet notice tells Ana of the new introductions
    And no mail does
    When Ana has looked at the notices
    Then none of them is new
