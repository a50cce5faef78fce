Feature: Liking and passing
  A like may carry a note, a pass is silent. When two like each other they match: once, whoever was first.

  Background:
    Given Ana and Ben are members who meet this morning

  Scenario: A like can carry a note, read once it is mutual
    When Ana likes Ben with the note "Your bread looks great"
    Then Ben does not know of it
    When Ben likes Ana
    Then Ana and Ben are a match
    And Ben reads Ana's note "Your bread looks great"

  Scenario: A pass is silent
    When Ana passes on Ben
    Then Ben does not know of it
    And no mail was sent

  Scenario: A pass carries no note
    When Ana passes on Ben with the note "Sorry"
    Then Ana is told that a note goes with a like only

  Scenario: A mutual like makes one match, and both get a quiet word
    When Ana likes Ben
    And Ben likes Ana
    And a moment passes
    Then Ana and Ben are a match
    And a quiet notice tells each of them of the other, once

  Scenario: Two likes at the same instant make one match
    When Ana and Ben like each other at the same instant
    And a moment passes
    Then Ana and Ben are a match
    And a quiet notice tells each of them of the other, once

  Scenario: A like that is sent twice counts once
    When the like Ana sends to Ben arrives twice
    And Ben likes Ana
    Then Ana and Ben are a match

  Scenario: One decision at a time
    Given Ana has passed on Ben
    When Ana likes Ben
    Then Ana is told that this is decided already

  Scenario: Nobody decides about a stranger
    Given Carl is a member who joined today
    When Ana likes Carl
    Then Ana is told that there is nobody to decide about

  Scenario: A match that leaves for good
    Given Ana and Ben have matched
    And Ana has asked to be erased
    When 31 days pass
    Then Ben is told that a match has left, and nothing else of Ana
