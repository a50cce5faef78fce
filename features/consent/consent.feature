Feature: Consent
  A yes is given in words one has read, to one thing at a time, and can be taken back as easily as it was given.

  Scenario: Nothing is agreed to beforehand
    Given Ana has joined
    Then Ana has agreed to the terms and the privacy policy and to nothing else

  Scenario Outline: One yes is for one thing
    Given Ana has joined
    When Ana agrees to <purpose>
    Then Ana has agreed to the terms, the privacy policy and <purpose> only

    Examples:
      | purpose                   |
      | the psychological profile |
      | whom to meet              |
      | orientation               |
      | religion                  |
      | location                  |
      | practice with AI          |
      | coaching by AI            |
      | news by mail              |
      | statistics                |

  Scenario Outline: What an account cannot be without is ended by leaving
    Given Ana has joined
    When Ana takes back <purpose>
    Then Ana is told that this comes with the account

    Examples:
      | purpose            |
      | the terms          |
      | the privacy policy |

  Scenario: A yes is to the words in force
    Given Ana has joined
    When Ana says yes to older words about location
    Then Ana is told that the words have changed

  Scenario: Within a minute of taking it back, closeness is unknown to matching
    Given Ana and Ben are members who meet this morning
    And Ana and Ben read about attachment
    When Ana takes back the psychological profile
    And a minute passes
    Then Ana and Ben read nothing about attachment any more
    And nothing is told of Ana's result to Ana, who can delete it

  Scenario: The next morning's introductions do without it
    Given Ana and Ben are members
    When Ana takes back the psychological profile
    And the next morning comes
    Then Ana reads that attachment is unknown
    And Ben reads that attachment is unknown

  Scenario: Within a minute of taking it back, nobody knows where one is
    Given Ana and Ben are members who meet this morning
    And Ben sees how far away Ana is
    When Ana takes back location
    And a minute passes
    Then Ben no longer sees how far away Ana is
    And no place of Ana is kept
    But Ana's mornings stay those of Lisbon

  Scenario: Within a minute of taking it back, orientation is forgotten
    Given Ana is a member
    And Ana agrees to orientation
    And Ana has stated an orientation
    When Ana takes back orientation
    And a minute passes
    Then Ana's profile states no orientation

  Scenario: Within a minute of taking it back, nobody is introduced by whom Ana seeks
    Given Ana and Ben are members who meet this morning
    When Ana takes back whom to meet
    And a minute passes
    Then Ana is asked to agree to whom to meet before meeting people
    And Ana's profile states nobody sought

  Scenario: Within a minute of taking it back, religion is forgotten
    Given Ana and Ben are members who meet this morning
    And Ana agrees to religion
    And Ana has stated a religion
    And Ben sees Ana's religion
    When Ana takes back religion
    And a minute passes
    Then Ben no longer sees Ana's religion
    And Ana's profile states no religion

  Scenario: Every decision is on record, and anyone can check that none was altered
    Given Ana has joined
    And Ana agrees to location
    And Ana takes back location
    And Ana agrees to location
    Then Ana's record holds 5 decisions, each sealed with the one before
    And a record with one word changed no longer fits
