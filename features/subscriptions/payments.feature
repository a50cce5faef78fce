Feature: Payments
  Members see what they paid and what was paid back, and keep a receipt of it.

  Scenario: Nothing was paid yet
    Given Ana is a member
    Then Ana has no payments

  Scenario: A receipt in one's own language
    Given Ana is a member
    And Ana has paid 19.99 dollars for a month of Premium
    Then Ana sees that 19.99 dollars are paid
    And the receipt says "2 March 2026", "SaltBitter Premium" and "$19.99"
    And the receipt in German says "2. März 2026", "SaltBitter Premium" and "19,99 $"
    And the receipt can be printed

  Scenario: What was paid back is on the receipt
    Given Ana is a member
    And Ana has paid 19.99 dollars for a month of Premium
    When 5.00 dollars are paid back to Ana
    Then Ana sees that 19.99 dollars are partly refunded
    And the receipt says "$5.00", "Paid back in part" and "$19.99"
    And the credit note says "re_1", "ch_1" and "$5.00"
    And the credit note in German says "5,00 $", "SaltBitter Premium" and "2. März 2026"

  Scenario: A payment that failed cost nothing
    Given Ana is a member
    When a payment of Ana's fails
    Then Ana sees that 19.99 dollars are failed
    And there is no receipt of it

  Scenario: Payments are nobody else's business
    Given Ana is a member
    And Ben is a member
    And Ana has paid 19.99 dollars for a month of Premium
    Then Ben cannot see Ana's receipt
