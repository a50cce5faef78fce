Feature: Known devices
  Members are told when somebody signs in where they never did, and whoever guesses passwords is stopped without keeping
  the member out.

  Background:
    Given Ana is a member
    And Ana is signed in on a phone

  Scenario: The first device is nothing to warn of, another is
    Then Ana is warned of nothing
    When Ana signs in on the laptop
    Then Ana is told by mail that somebody signed in on a new device
    And Ana sees among the warnings that the laptop was new

  Scenario: A known device signs in as often as it likes
    When Ana signs in on the phone again
    Then Ana is warned of nothing

  Scenario: Whoever guesses is stopped, and Ana is not
    Given somebody has guessed ten passwords of Ana from ten places
    Then Ana is told by mail that many passwords were tried
    When Ana tries the right password on a device that nobody knows
    Then the answer is the same as for an address that nobody has
    When Ana signs in on the phone again
    Then Ana is welcome

  Scenario: Nobody is in Lisbon and in Tokyo on the same morning
    Given Ana has signed in on the phone in Lisbon
    When an hour passes
    And Ana signs in on the phone in Tokyo
    Then Ana is told by mail that somebody signed in from too far away
    And Ana sees among the warnings that it was Tokyo

  Scenario: A device that was sold
    Given Ana signs in on the laptop
    When Ana forgets the laptop
    Then Ana sees only the phone among the known devices
