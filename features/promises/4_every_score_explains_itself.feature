Feature: Promise 4: every score explains itself
  Why two people were introduced is told to both, in bands with a confidence, and never with a false precision.

  Scenario: Every introduction in a town
    Given a town of 120 members
    When the next morning comes
    Then every introduction explains attachment, interests, values and circumstances
    And each of them in a band, with a confidence, in at least one sentence
    And every score is rounded to five
    And what is unknown is told with a low confidence
