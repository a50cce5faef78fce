Feature: A second factor
  Members may have SaltBitter ask for a code of an app beside their password, and whoever works here must: then a
  password in strange hands opens nothing.

  Background:
    Given Ana is a member

  Scenario: Setting it up signs every other device out
    Given Ana is signed in on a phone and on a laptop
    When Ana sets up a second factor
    Then Ana has ten recovery codes
    And Ana is signed in on the phone only
    And Ana is told by mail that the second factor is on

  Scenario: Signing in takes a code of the app
    Given Ana has a second factor
    When Ana signs in with the password on the tablet
    Then Ana's tablet is let in no further
    When Ana gives the code that the app shows
    Then Ana is welcome

  Scenario: A code that was used is good no more
    Given Ana has a second factor
    And Ana has signed in on the tablet with the code that the app shows
    When somebody who looked over Ana's shoulder signs in with the same code
    Then they are told that the code is not right

  Scenario: A lost phone locks nobody out
    Given Ana has a second factor
    When Ana signs in with the password on the tablet
    And Ana gives a recovery code
    Then Ana is welcome
    And Ana is told by mail that a recovery code was used

  Scenario: Whoever tries codes is made to wait, and Ana is not
    Given Ana has a second factor
    And somebody who knows Ana's password has tried five codes
    When they try another
    Then they are told to wait before the next code
    When Ana signs in with the password on the tablet
    And Ana gives a recovery code
    Then Ana is welcome

  Scenario: It can be removed again
    Given Ana has a second factor
    When Ana removes the second factor with the password and a code
    Then Ana is told by mail that the second factor is off
    And Ana can sign in with the password alone

  Scenario: A passkey answers in place of a code
    Given Ana has a second factor
    When Ana adds a passkey with the password and a code
    Then Ana is told by mail that a passkey was added
    When Ana signs in with the password on the tablet
    And Ana signs with the passkey
    Then Ana is welcome

  Scenario: A passkey signs for SaltBitter only
    Given Ana has a second factor
    And Ana has a passkey
    When somebody who knows Ana's password has Ana's passkey sign on a page that looks like ours
    Then they are told that the passkey was not accepted

  Scenario: A removed passkey opens nothing
    Given Ana has a second factor
    And Ana has a passkey
    When Ana removes the passkey with the password and a code
    Then Ana is told by mail that a passkey was removed
    When Ana signs in with the password on the tablet
    Then Ana's tablet is not offered to sign with a passkey

  Scenario: Whoever works here needs one
    Given Ana works here
    When Ana looks at the latest mornings without a second factor
    Then Ana is told that a second factor is needed for that
    When Ana sets up a second factor
    And Ana looks at the latest mornings
    Then Ana is welcome
