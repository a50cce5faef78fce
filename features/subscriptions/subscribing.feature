Feature: Subscribing and leaving again
  Whoever pays knows beforehand what it costs, pays once, and leaves as easily as they came. The tier follows the money.

  Background:
    Given Ana is a member

  Scenario: Subscribing
    When Ana subscribes to premium
    Then Ana has premium
    And Ana sees that 19.99 dollars are due again on 2 April 2026

  Scenario: A card that the bank declines
    When Ana subscribes to premium with a card that is declined
    Then Ana is told that the payment was refused and nothing was charged
    And Ana has the free tier still

  Scenario: A bank that wants to be asked
    When Ana subscribes to premium with a card whose bank asks her
    Then Ana has the free tier still
    When Ana confirms the payment
    Then Ana has premium

  Scenario: Sending the same order twice
    When Ana subscribes to premium and sends it again
    Then both are the same order

  Scenario: One subscription is enough
    Given Ana has subscribed to premium
    When Ana subscribes to elite
    Then Ana is told that there is one already

  Scenario: A higher tier begins at once and costs the difference
    Given Ana has subscribed to premium
    And 10 days pass
    When Ana asks what elite would cost
    Then 20.32 dollars are due now, and 49.99 on 2 April 2026
    When Ana changes to it
    Then Ana has elite

  Scenario: A lower tier begins when the higher one was used up
    Given Ana has subscribed to elite
    When Ana asks what premium would cost
    Then 0.00 dollars are due now, and 19.99 on 2 April 2026
    When Ana changes to it
    Then Ana has elite
    When 31 days pass
    Then Ana has premium

  Scenario: Cancelling takes no more than subscribing
    When Ana subscribes to premium
    And Ana cancels
    Then cancelling took no more requests than subscribing
    And Ana has premium
    When 31 days pass
    Then Ana has the free tier still

  Scenario: Thinking better of it
    Given Ana has subscribed to premium
    When Ana cancels
    And Ana resumes
    And 31 days pass
    Then Ana has premium

  Scenario: Withdrawing within two weeks
    Given Ana has subscribed to premium
    And 14 days pass
    When Ana withdraws
    Then Ana has the free tier still
    And Ana is told by mail that her subscription has ended

  Scenario: Withdrawing too late
    Given Ana has subscribed to premium
    And 15 days pass
    When Ana withdraws
    Then Ana is told that the time for it is over
    And Ana has premium

  Scenario: A payment that fails leaves seven days, then the tier ends
    When Ana subscribes to premium with a card that fails at its renewal
    And 32 days pass
    Then Ana has premium
    And Ana is told by mail that her payment failed
    When 6 days pass
    Then Ana has the free tier still

  Scenario: Another card pays what is owed
    When Ana subscribes to premium with a card that fails at its renewal
    And 32 days pass
    And Ana has another card pay
    And 20 days pass
    Then Ana has premium
    And Ana's payments are
      | day        | dollars | status |
      | 2026-03-02 | 19.99   | paid   |
      | 2026-04-02 | 19.99   | failed |
      | 2026-04-03 | 19.99   | paid   |

  Scenario: Whoever cancels while a payment is owed owes nothing any more
    When Ana subscribes to premium with a card that fails at its renewal
    And 32 days pass
    And Ana cancels
    Then Ana has the free tier still
    And Ana is told by mail that her subscription has ended
    When Ana has another card pay
    And 31 days pass
    Then Ana has the free tier still
    And Ana's payments are
      | day        | dollars | status |
      | 2026-03-02 | 19.99   | paid   |
      | 2026-04-02 | 19.99   | failed |

  Scenario: A bank that takes a payment back
    When Ana subscribes to premium with a card whose bank takes payments back
    And 1 day passes
    Then Ana's payments are
      | day        | dollars | status   |
      | 2026-03-02 | 19.99   | disputed |

  Scenario: A year of one member
    Given Ana has subscribed to premium
    And 10 days pass
    When Ana asks what elite would cost
    And Ana changes to it
    And 31 days pass
    Then Ana has elite
    When Ana asks what premium would cost
    And Ana changes to it
    Then Ana has elite
    When 31 days pass
    Then Ana has premium
    When Ana has a card pay that fails
    And 21 days pass
    Then Ana has premium
    And Ana is told by mail that her payment failed
    When 3 days pass
    And Ana has another card pay
    And 7 days pass
    Then Ana has premium
    When Ana's bank takes her last payment back for good
    Then Ana has premium
    When Ana cancels
    And 31 days pass
    Then Ana has the free tier still
    When 200 days pass
    And Ana subscribes to premium
    And 13 days pass
    And Ana withdraws
    And 30 days pass
    Then Ana has the free tier still
    And Ana's payments are
      | day        | dollars | status       |
      | 2026-03-02 | 19.99   | paid         |
      | 2026-03-12 | 20.32   | paid         |
      | 2026-04-02 | 49.99   | paid         |
      | 2026-05-02 | 19.99   | paid         |
      | 2026-06-02 | 19.99   | failed       |
      | 2026-06-06 | 19.99   | charged back |
      | 2027-01-30 | 19.99   | refunded     |

  Scenario: Buying once
    When Ana buys a practice pack
    Then Ana sees that she bought a practice pack and spent 4.99 dollars this month

  Scenario: Spending more than fifty dollars in a month
    When Ana buys a practice pack 10 times
    Then Ana is not told how much it comes to
    When Ana buys a practice pack
    Then Ana is told that it comes to 50.00 dollars
    When Ana buys a practice pack
    Then Ana is not told how much it comes to
    And Ana is told by mail what her purchases have come to
