Feature: Promise 1: paying never buys reach or better matches
  Tiers change how many people one sees and which tools one has, never whose list one is in nor how well one is said
  to fit.

  Scenario: Who meets whom is the same whoever pays
    Given a town of 120 members with tiers dealt by lot
    And what everybody there reads on the next morning
    When the tiers are dealt anew for that morning
    Then everybody reads the same about the same people

  Scenario: A tier is nowhere to be seen
    Given Ana and Ben are members who meet this morning
    And Ben has the elite tier
    Then Ana sees of Ben what Ana saw before
