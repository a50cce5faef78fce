Feature: A person looks at it
  Whom somebody is introduced to is worked out by a machine. Whoever doubts it has a person look.

  Scenario: Asked, answered and told
    Given Ana is a member
    And Mo is a moderator
    When Ana asks a person to look: "Why do I never meet anybody from Porto?"
    Then Ana reads that an answer comes within 7 days
    When Ana asks a person to look: "And why so few?"
    Then Ana is told that one question is looked at already
    When Mo looks into it and answers: "Your distance was set to 5 km. Set it wider to meet people from Porto."
    Then Ana is mailed that answer and finds it beside her question
    And nobody waits for an answer any more

  Scenario: Nobody answers their own question
    Given Mo is a moderator
    When Mo asks a person to look: "Why nobody?"
    And Mo looks into it and answers: "Because."
    Then Mo is told that a colleague has to answer
