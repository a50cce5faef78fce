Feature: Taking it back
  A slip of the thumb is no fate: the last decision can be taken back for ten minutes.

  Background:
    Given Ana and Ben are members who meet this morning

  Scenario Outline: Ten minutes to think again
    Given Ana has <decided> Ben
    When <minutes> minutes pass
    And Ana takes it back
    Then Ana is <answered>

    Examples:
      | decided   | minutes | answered                              |
      | liked     | 10      | welcome                               |
      | liked     | 11      | told that it is too late to take back |
      | passed on | 10      | welcome                               |
      | passed on | 11      | told that it is too late to take back |

  Scenario: Taken back, it never was
    Given Ana has passed on Ben
    When Ana takes it back
    Then nothing is decided between Ana and Ben
    And Ana may like Ben

  Scenario: Only what was decided last
    Given Carl is another of today's introductions
    And Ana has passed on Ben
    And Ana has passed on Carl
    When Ana takes it back
    Then nothing is decided between Ana and Carl
    But Ana's pass on Ben stands

  Scenario: A match ends when one of its likes is taken back
    Given Ana and Ben have matched
    When Ana takes it back
    Then Ana and Ben are no match
    And Ben's like of Ana stands

  Scenario: There is nothing to take back before the first decision
    When Ana takes it back
    Then Ana is told that it is too late to take back
