Feature: Another address
  Members who change their mailbox take their account with them. Whoever stole a password does not: the old mailbox is
  told, and has the last word for a week.

  Background:
    Given Ana is a member

  Scenario: The new address counts once its link is followed
    When Ana asks for another address with the password
    Then Ana is told by mail that the address is to change
    When Ana follows the link that was mailed to the new address
    Then Ana can sign in with the new address only

  Scenario: It takes the password
    When Ana asks for another address with a wrong password
    Then nothing is mailed to the new address

  Scenario: A taken address is answered like a free one
    Given Ben is a member
    When Ana asks for Ben's address with the password
    Then the answer is the same as for a free address
    And Ben is told by mail that somebody tried to join with this address

  Scenario Outline: Whoever reads the old mailbox has the last word
    Given a thief who knows Ana's password has asked for another address
    And the thief <has> followed the link that was mailed to it
    When Ana stops it by the link that was mailed to the old address
    Then Ana is signed in nowhere
    And the thief cannot sign in
    When Ana chooses another password by the link in the mail
    Then Ana can sign in with the new password only

    Examples:
      | has     |
      | has     |
      | has not |
