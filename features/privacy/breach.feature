Feature: When data has got into wrong hands
  Whoever's profile was seen by somebody who should not have seen it is told what happened, what it may mean and what to
  do. Nobody else is worried by it.

  Background:
    Given Ana and Ben are members who meet this morning
    And Cleo is a member
    And Ada is an admin

  Scenario: Whoever was seen is told, and nobody else
    Given a stranger with Ben's password looks at Ana's profile
    When Ada finds out, and has everybody written to whom Ben's account saw today
    Then Ana is mailed what happened, what it may mean and what to do
    And Cleo is mailed nothing about it

  Scenario: The authority is told in time
    When Ada confirms that data was lost
    Then the authority has to be told within 72 hours
