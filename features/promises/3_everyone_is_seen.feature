Feature: Promise 3: everyone is seen
  Nobody is left out, and nobody is shown to everybody.

  Scenario: Three mornings in a town
    Given a town of 300 members
    When three mornings come
    Then everybody who fits somebody has been introduced to somebody
    And nobody has been introduced less than half as often as chance would have it
    And on no morning was anybody introduced more than one and a half times as often, or three times if that is more
