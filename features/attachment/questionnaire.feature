Feature: The questionnaire about closeness
  Eighteen statements tell a member something about how they are with someone close. The result is theirs: it is
  explained, it has limits, it can be taken again, and it can be deleted.

  Background:
    Given Ana is a member who has not answered the questionnaire

  Scenario: Nothing is asked without a yes
    When Ana answers the questionnaire
    Then Ana is told that keeping answers needs a yes first
    And nothing is kept of the answers

  Scenario Outline: Every statement has an answer from 1 to 7
    Given Ana agrees to the psychological profile
    When Ana answers <what>
    Then Ana is told which answers are <wrong>

    Examples:
      | what                     | wrong            |
      | all but two statements   | missing          |
      | two statements with a 0  | not on the scale |
      | two statements with an 8 | not on the scale |

  Scenario Outline: Two scores, and a word for them
    Given Ana agrees to the psychological profile
    When Ana's answers come to an anxiety of <anxiety> and an avoidance of <avoidance>
    Then the result is <result>

    Examples: Far from the middle the word is plain
      | anxiety | avoidance | result   |
      | 2.0     | 2.0       | secure   |
      | 6.0     | 2.0       | anxious  |
      | 2.0     | 6.0       | avoidant |
      | 6.0     | 6.0       | fearful  |

    Examples: Within three quarters of a point of the middle it lies between
      | anxiety | avoidance | result                                              |
      | 3.2     | 2.0       | secure                                              |
      | 3.3     | 2.0       | between secure and anxious                          |
      | 4.0     | 2.0       | between anxious and secure                          |
      | 4.7     | 6.0       | between fearful and avoidant                        |
      | 4.1     | 3.7       | between anxious and secure and fearful and avoidant |

  Scenario: The result stands beside those of others, and says whose
    Given Ana agrees to the psychological profile
    When Ana's answers come to an anxiety of 2.0 and an avoidance of 6.0
    Then the result says that few others are less anxious and most are less avoidant
    And it names the sample it compares with
    And it says that it is not a diagnosis

  Scenario: Every result is worth reading
    Given Ana agrees to the psychological profile
    When Ana answers the questionnaire
    Then the result speaks of strengths, of growing, of talking and of this week

  Scenario Outline: Where closeness hurts, there is help
    Given Ana agrees to the psychological profile
    When Ana's answers come to an anxiety of <anxiety> and an avoidance of <avoidance>
    Then the result <offers> where to find help

    Examples:
      | anxiety | avoidance | offers       |
      | 6.0     | 6.0       | says         |
      | 4.3     | 4.3       | says         |
      | 2.0     | 2.0       | need not say |

  Scenario Outline: A doubtful result is kept, and says so
    Given Ana agrees to the psychological profile
    When Ana answers <how>
    Then the result is kept and marked as <mark>

    Examples:
      | how                                  | mark                |
      | every statement with the same number | the same everywhere |
      | the questionnaire in 35 seconds      | given in a hurry    |

  Scenario Outline: Again after ninety days
    Given Ana agrees to the psychological profile
    And Ana has answered the questionnaire
    When <days> days pass
    And Ana answers the questionnaire
    Then Ana is <answered>

    Examples:
      | days | answered                                       |
      | 89   | told when the questionnaire can be taken again |
      | 90   | welcome                                        |

  Scenario: A later result tells what has changed
    Given Ana agrees to the psychological profile
    And Ana's answers came to an anxiety of 5.0 and an avoidance of 3.0
    When 90 days pass
    And Ana's answers come to an anxiety of 3.0 and an avoidance of 3.0
    Then the result says that anxiety has clearly fallen and avoidance has not changed
    And both results are in the history, the newest first

  Scenario: Deleting leaves neither answers nor results behind
    Given Ana agrees to the psychological profile
    And Ana has answered the questionnaire
    When Ana deletes all results
    Then nothing is kept of the answers

  Scenario: Deleting is no way round the ninety days
    Given Ana agrees to the psychological profile
    And Ana has answered the questionnaire
    When Ana deletes all results
    And Ana answers the questionnaire
    Then Ana is told when the questionnaire can be taken again
