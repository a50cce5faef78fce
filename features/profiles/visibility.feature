Feature: Being seen, or not
  Taking a break and going unseen belong to everybody. Privacy is not for sale.

  Scenario Outline: A pause, in every tier
    Given Ana and Ben are members
    And Ana has the <tier> tier
    When Ana takes a break
    And the next morning comes
    Then Ben is not introduced to Ana
    And Ana has no introductions, because of the break

    Examples:
      | tier    |
      | free    |
      | premium |
      | elite   |

  Scenario: Back from a break
    Given Ana and Ben are members
    And Ana has taken a break
    When Ana comes back
    And the next morning comes
    Then Ana is introduced to Ben
    And Ben is introduced to Ana

  Scenario Outline: Incognito, in every tier: seen only by those one likes
    Given Ana and Ben are members
    And Ana has the <tier> tier
    When Ana goes incognito
    And the next morning comes
    Then Ana is introduced to Ben
    But Ben is not introduced to Ana
    When Ana likes Ben
    And the next morning comes
    Then Ben is introduced to Ana

    Examples:
      | tier    |
      | free    |
      | premium |
      | elite   |
