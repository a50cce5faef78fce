Feature: Who meets whom
  Two people are introduced only when each is whom the other hopes to meet.

  Scenario Outline: Wishes count in both directions
    Given Ana, a woman of 30 who smokes sometimes, seeks men from 25 to 40
    And Ben, a man of 33, seeks <whom>
    When the next morning comes
    Then Ana and Ben are <introduced>

    Examples:
      | whom                                 | introduced     |
      | women from 28 to 35                  | introduced     |
      | women from 30 to 30                  | introduced     |
      | women from 31 to 35                  | not introduced |
      | women from 25 to 29                  | not introduced |
      | men from 25 to 40                    | not introduced |
      | anybody from 28 to 35                | introduced     |
      | women from 28 to 35 who do not smoke | not introduced |

  Scenario Outline: How far is too far, for either of the two
    Given Ana lives in Lisbon and would go <far>
    And Ben lives in London and would go <as far>
    When the next morning comes
    Then Ana and Ben are <introduced>

    Examples:
      | far      | as far   | introduced     |
      | anywhere | anywhere | introduced     |
      | 50 km    | anywhere | not introduced |
      | anywhere | 50 km    | not introduced |

  Scenario Outline: A pass rests for ninety days
    Given Ana and Ben are members who meet this morning
    And Ana has passed on Ben
    When <days> days pass
    Then Ana and Ben are <introduced>

    Examples:
      | days | introduced     |
      | 1    | not introduced |
      | 89   | not introduced |
      | 91   | introduced     |

  Scenario: Whom a member likes is not introduced again
    Given Ana and Ben are members who meet this morning
    When Ana likes Ben
    And the next morning comes
    Then Ana is not introduced to Ben

  Scenario: Whoever likes a member may still be introduced, in every tier
    Given Ana and Ben are members who meet this morning
    When Ana likes Ben
    And the next morning comes
    Then Ben is introduced to Ana

  Scenario: Matches are not introduced again
    Given Ana and Ben are members who meet this morning
    And Ana and Ben have matched
    When the next morning comes
    Then Ana and Ben are not introduced
