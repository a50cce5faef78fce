Feature: Promise 2: attachment is never a rank of people
  It describes a pair. How often somebody is shown does not depend on how they are with closeness.

  Scenario: Every style is introduced as often as its share of the members
    Given a town of 600 members
    When the next morning comes
    Then each style's share of all introductions is within 10 % of its fair share
