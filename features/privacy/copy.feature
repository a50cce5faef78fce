Feature: A copy of one's data
  Whoever wants to know what SaltBitter has of them gets all of it, and nothing of anybody else.

  Background:
    Given Ana and Ben are members who meet this morning

  Scenario: All of it, by mail
    Given Ana likes Ben with the note "That is my boat too."
    When Ana asks for a copy of her data
    And a moment passes
    Then Ana is mailed the address of her copy
    And Ana's copy has her profile, her photos and the note "That is my boat too."
    And Ana's copy has nothing that Ben says of himself

  Scenario: Not for whoever merely holds the phone
    When somebody with Ana's phone asks for a copy of Ana's data
    Then it is not done for want of the password

  Scenario: With a code where there is a second factor
    Given Ana has a second factor
    When Ana asks for a copy of her data
    Then it is not done for want of a code
    When Ana asks for a copy of her data with the code that the app shows
    And a moment passes
    Then Ana is mailed the address of her copy

  Scenario: One at a time
    Given Ana has asked for a copy of her data
    When Ana asks for a copy of her data
    Then Ana is told that a copy is being made already

  Scenario: For a week
    Given Ana has asked for a copy of her data
    And a moment passes
    When 6 days pass
    Then Ana can fetch her copy
    When 2 days pass
    Then Ana's copy is gone
