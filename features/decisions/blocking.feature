Feature: Blocking
  Whoever blocks somebody is rid of them, and they of whoever blocked: neither comes across the other anywhere. Nobody
  is told.

  Background:
    Given Ana and Ben are members who meet this morning

  Scenario: Whoever blocks and whoever is blocked are gone for one another
    When Ana blocks Ben
    Then Ana and Ben are gone for one another
    And no mail was sent

  Scenario: A block ends a match
    Given Ana and Ben have matched
    When Ana blocks Ben
    Then Ana and Ben are no match
    And Ana and Ben are gone for one another

  Scenario: A block outlasts the rest after a pass
    When Ana blocks Ben
    And 120 days pass
    Then Ana and Ben are gone for one another

  Scenario: Members see whom they block, and not who blocks them
    When Ana blocks Ben
    Then Ana blocks Ben by name
    And Ben blocks nobody

  Scenario: Lifting a block brings no match back
    Given Ana and Ben have matched
    When Ana blocks Ben
    And Ana lifts the block of Ben
    Then Ana and Ben are no match
    And Ana may like Ben

  Scenario: Whom a member does not know they cannot block
    When Ana blocks Ben
    And Ben blocks Ana
    Then Ben is told that there is nobody by this id
