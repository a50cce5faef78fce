Feature: Signing in and out
  A device that signs in gets a key, which it renews as long as it is in use. Members see their devices and can sign
  any of them out, and a key in strange hands opens nothing for long.

  Background:
    Given Ana is a member

  Scenario: A wrong password tells nothing about who is a member
    When Ana signs in with the wrong password
    Then the answer is the same as for an address that nobody has

  Scenario: Ten tries a minute from one place
    Given Ana has tried ten wrong passwords from one place
    When Ana tries the right password from there
    Then Ana is told that it was a lot at once
    When a minute passes
    And Ana tries the right password from there
    Then Ana is welcome

  Scenario: Members see where they are signed in
    Given Ana is signed in on a phone and on a laptop
    Then Ana sees a phone and a laptop among the devices

  Scenario: One device can be signed out from another
    Given Ana is signed in on a phone and on a laptop
    When Ana signs the laptop out from the phone
    Then Ana is signed in on the phone only

  Scenario: Signing out ends this device and no other
    Given Ana is signed in on a phone and on a laptop
    When Ana signs out on the laptop
    Then Ana is signed in on the phone only

  Scenario: Signing out everywhere
    Given Ana is signed in on a phone and on a laptop
    When Ana signs out everywhere
    Then Ana is signed in nowhere

  Scenario Outline: A device stays signed in while it is used once a week
    Given Ana is signed in on a phone
    When <days> days pass
    Then Ana's phone is <state>

    Examples:
      | days | state           |
      | 6    | still signed in |
      | 7    | signed out      |

  Scenario: A stolen key signs the device out for everybody
    Given Ana is signed in on a phone and on a laptop
    And a thief has copied the key of Ana's phone
    And Ana's phone has renewed its key since
    When the thief uses the copied key
    Then Ana is signed in on the laptop only
    And Ana is told by mail that a key came back that was used before

  Scenario Outline: An answer lost on the way can be asked for again
    Given Ana is signed in on a phone
    And the answer with the next key was lost on its way to Ana's phone
    When <seconds> seconds pass
    And Ana's phone asks for it again
    Then Ana's phone is <state>

    Examples:
      | seconds | state           |
      | 10      | still signed in |
      | 11      | signed out      |

  Scenario: A new password after forgetting the old one
    Given Ana is signed in on a phone and on a laptop
    When Ana forgets the password and chooses another by the link in the mail
    Then Ana is signed in nowhere
    And Ana can sign in with the new password only
    And Ana is told by mail that the password was changed

  Scenario: The link for a new password works once
    Given Ana has forgotten the password and chosen another by the link in the mail
    When Ana chooses yet another by the same link
    Then Ana is told that the link is no longer good

  Scenario: Asking for a new password tells nothing about who is a member
    When Ana asks for a link to choose a new password
    Then the answer is the same as for an address that nobody has

  Scenario: Changing the password keeps this device and signs out the others
    Given Ana is signed in on a phone and on a laptop
    When Ana changes the password on the phone
    Then Ana is signed in on the phone only
    And Ana is told by mail that the password was changed
