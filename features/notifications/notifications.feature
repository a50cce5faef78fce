Feature: Notifications
  A device is told only where its member switched that on, without a sound, and never in the hours in which they want
  quiet. What waits inside the product waits there all the same.

  Background:
    Given it is 20:00 on 2026-03-09 in Lisbon
    And Ana lives in Lisbon, where there are people to meet

  Scenario: The night holds the morning's introductions back until it is over, and then they are told once
    Given Ana is told on this device
    When it is 06:00 on 2026-03-10 in Lisbon
    And it is 07:59 on 2026-03-10 in Lisbon
    Then Ana's device was told nothing
    When it is 08:00 on 2026-03-10 in Lisbon
    Then Ana's device was told of introductions
    When 60 minutes pass
    Then Ana's device was told nothing more

  Scenario: Whoever wants no quiet hours is told right away
    Given Ana is told on this device
    And Ana wants no quiet hours
    When it is 06:00 on 2026-03-10 in Lisbon
    And a minute passes
    Then Ana's device was told of introductions

  Scenario: Never means never
    Given Ana is told on this device
    And Ana never wants to be told of introductions
    When it is 06:00 on 2026-03-10 in Lisbon
    And it is 12:00 on 2026-03-10 in Lisbon
    Then Ana's device was told nothing
    But a quiet notice tells Ana of the new introductions

  Scenario: Never, said in the night, is in time
    Given Ana is told on this device
    When it is 06:00 on 2026-03-10 in Lisbon
    And Ana never wants to be told of introductions
    And it is 12:00 on 2026-03-10 in Lisbon
    Then Ana's device was told nothing

  Scenario Outline: A device that is signed off is told nothing, not even what waits already
    Given Ana is told on this device
    When it is 06:00 on 2026-03-10 in Lisbon
    And Ana <leaves>
    And it is 12:00 on 2026-03-10 in Lisbon
    Then Ana's device was told nothing

    Examples:
      | leaves               |
      | signs the device off |
      | signs out            |

  Scenario: Nobody is told of what they have seen
    Given Ana is told on this device
    When it is 06:00 on 2026-03-10 in Lisbon
    And Ana has looked at the notices
    And it is 12:00 on 2026-03-10 in Lisbon
    Then Ana's device was told nothing

  Scenario: Nothing is asked of anybody, and nothing is sent to just any address
    Then Ana's device is not told
    When Ana wants to be told at https://127.0.0.1/inside
    Then the refusal is push_endpoint_refused

  Scenario: A device that its push service knows no more is forgotten
    Given Ana is told on this device
    And the push service knows Ana's device no more
    When it is 06:00 on 2026-03-10 in Lisbon
    And it is 08:00 on 2026-03-10 in Lisbon
    Then Ana's device is not told
