Feature: Tiers
  A tier changes how many people a member is introduced to in a day and which tools there are. It changes nothing for
  anybody else.

  Scenario Outline: What each tier may do
    Given Ana is a member
    And Ana has the <tier> tier
    Then Ana may meet <people> people a day
    And Ana <likes> who likes her
    And Ana <coaching> coaching insights

    Examples:
      | tier    | people         | likes        | coaching      |
      | free    | 10             | does not see | does not have |
      | premium | as many as fit | sees         | does not have |
      | elite   | as many as fit | sees         | has           |

  Scenario: Free members meet ten people a day
    Given Ana lives in Lisbon, where there are 14 people to meet
    And the next morning has come
    When Ana asks for more introductions
    Then Ana is told that ten a day belong to this tier
    And Ana has 10 introductions

  Scenario Outline: More on request, never more than there are
    Given Ana lives in Lisbon, where there are 24 people to meet
    And Ana has the <tier> tier
    And the next morning has come
    And Ana has looked at the introductions
    When Ana asks for more introductions
    Then Ana has 20 introductions, the first ten unchanged
    When Ana asks for more introductions
    Then Ana has 24 introductions and is told that these are all
    When Ana asks for more introductions
    Then Ana is told that everybody who fits has been introduced

    Examples:
      | tier    |
      | premium |
      | elite   |

  Scenario Outline: Who sees who likes them
    Given Ana and Ben are members who meet this morning
    And Ana has the <tier> tier
    When Ben likes Ana with the note "Hello from the harbour"
    Then Ana <sees> that Ben does, and his note

    Examples:
      | tier    | sees         |
      | free    | does not see |
      | premium | sees         |
      | elite   | sees         |

  Scenario: Plans are laid out plainly
    When somebody looks at the plans
    Then they cost 0.00, 19.99 and 49.99 dollars a month
    And none of them is chosen beforehand
    And a member sees the same

  Scenario: Privacy and safety are in no plan, because they belong to all
    When somebody looks at the plans
    Then no plan sells incognito, pausing, blocking, reporting, messages or being seen more
