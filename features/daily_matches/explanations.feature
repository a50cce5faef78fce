Feature: Why these two
  Every introduction says why, from what both would gladly tell, and keeps to itself what either told in confidence.

  Scenario: Reasons come from what the two have in common
    Given Ana and Ben are members
    And both of them love Chess, Jazz, Poetry, Tea and Opera
    And both of them put Care first
    And both of them look for a life partner
    When the next morning comes
    Then Ana reads that they share Chess, Jazz, Opera and Poetry
    And Ana reads that both put Care among what matters most
    And Ana reads that both are looking for a partner for life

  Scenario: Different people, different words
    Given Ana and Ben are members
    And Ana loves Chess, Jazz, Poetry, Tea and Opera
    And Ben loves Football, Surfing, Barbecue, Cars and Karaoke
    When the next morning comes
    Then Ana reads that their interests differ

  Scenario: What is unknown says so and counts as average
    Given Ana is a member who has not answered the questionnaire
    And Ben is a member
    When the next morning comes
    Then Ana reads that attachment is unknown
    And Ben reads that attachment is unknown

  Scenario: Nobody learns what another answered about closeness
    Given Ana is a member
    And Ben is a member who is secure
    And Carl is a member who is fearful, and otherwise like Ben
    When the next morning comes
    Then Ana reads the same about Ben as about Carl

  Scenario: Words about attachment are about the reader
    Given Ana is a member who is secure
    And Eva is a member who is fearful
    And Ben is a member
    When the next morning comes
    Then Ana and Eva read different words about attachment with Ben

  Scenario: Answers, scores and styles stay with whom they belong to
    Given Ana is a member
    And Ben is a member who is fearful
    When the next morning comes
    Then nothing Ana can read of Ben holds his answers, his scores or his style
