Feature: Leaving for good
  Whoever wants to be forgotten says so once, with their password. They are out of sight at once and forgotten after
  thirty days; until then, signing in is all it takes to stay.

  Background:
    Given Ana and Ben are members

  Scenario: Out of sight at once
    When Ana asks to be erased
    And the next morning comes
    Then Ben is not introduced to Ana
    And Ana is signed in nowhere

  Scenario: Not by whoever merely holds the phone
    When somebody with Ana's phone asks for Ana to be erased
    Then it is not done for want of the password

  Scenario: Thought better of
    Given Ana has asked to be erased
    When 29 days pass
    And Ana signs in again
    And the next morning comes
    Then Ben is introduced to Ana

  Scenario: Forgotten after thirty days
    Given Ana has asked to be erased
    When 31 days pass
    Then there is no such member as Ana any more

  Scenario: A receipt of what stays
    When Ana asks to be erased
    Then Ana is told that the books stay for ten years, as tax law asks for them
    When 31 days pass
    Then the last mail to Ana says the same

  Scenario: Paying makes leaving no harder
    Given Ana has subscribed to premium
    When Ana asks to be erased
    Then Ana is told that premium is paid for her
    When 29 days pass
    And Ana signs in again
    Then Ana has premium
    When Ana resumes
    And 20 days pass
    Then Ana has premium

  Scenario: Whoever leaves is charged no more
    Given Ana has subscribed to premium
    And 10 days pass
    When Ana asks to be erased
    And 29 days pass
    And Ana signs in again
    Then Ana has the free tier still
    And Ana's payments are
      | day        | dollars | status |
      | 2026-03-02 | 19.99   | paid   |
