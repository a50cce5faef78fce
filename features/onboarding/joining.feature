Feature: Joining
  Whoever joins is an adult, owns the address they give, and has read what they agree to.

  Scenario: A new member confirms the address
    When Ana joins
    And Ana follows the link in the mail
    Then Ana's address is confirmed

  Scenario: A link works once
    Given Ana has joined
    And Ana has followed the link in the mail
    When Ana follows the link in the mail
    Then Ana is told that the link is no longer good

  Scenario Outline: A link is good for an hour
    Given Ana has joined
    When <minutes> minutes pass
    And Ana follows the link in the mail
    Then Ana's address is <state>

    Examples:
      | minutes | state                 |
      | 59      | confirmed             |
      | 60      | still to be confirmed |

  Scenario: A new link takes the place of the old one
    Given Ana has joined
    When Ana asks for another link
    Then only the newer of the two links is good

  Scenario Outline: Adults only, by the calendar where they live
    Given it is <time> on <day> in <home>
    When somebody born on <birthday> who lives in <home> wants to join
    Then they are <answered>

    Examples: The last minute of being seventeen, and the first of being eighteen
      | time  | day        | home   | birthday   | answered                           |
      | 23:59 | 2026-03-02 | Lisbon | 2008-03-03 | told that SaltBitter is for adults |
      | 00:00 | 2026-03-03 | Lisbon | 2008-03-03 | welcome                            |

    Examples: One moment, three calendars
      | time  | day        | home        | birthday   | answered                           |
      | 04:30 | 2026-03-02 | Los Angeles | 2008-03-03 | told that SaltBitter is for adults |
      | 12:30 | 2026-03-02 | London      | 2008-03-03 | told that SaltBitter is for adults |
      | 01:30 | 2026-03-03 | Auckland    | 2008-03-03 | welcome                            |

    Examples: Whoever is born on 29 February comes of age on 1 March
      | time  | day        | home   | birthday   | answered                           |
      | 23:59 | 2026-02-28 | London | 2008-02-29 | told that SaltBitter is for adults |
      | 00:00 | 2026-03-01 | London | 2008-02-29 | welcome                            |

  Scenario: Nobody can find out who is a member
    Given Ana is a member
    When somebody joins with Ana's address
    Then they get the same answer as with an address that nobody has
    And Ana is told by mail that somebody tried to join with this address

  Scenario Outline: Passwords that are easily guessed are refused
    When Ana wants to join with the password "<password>"
    Then Ana is told that <reason>

    Examples:
      | password               | reason                                |
      | four boats             | the password is too short             |
      | iloveyou1234           | many people use this password         |
      | SaltBitter is for me   | the password holds the product's name |
      | ana.example keeps bees | the password holds the e-mail address |

  Scenario Outline: Any other password will do, in any script
    When Ana wants to join with the password "<password>"
    Then Ana is welcome

    Examples:
      | password                |
      | six quiet boats         |
      | шесть тихих лодок       |
      | 🛶🌙🫖🌿🎻🐚🪴🎨🧭🕯🍐🪁 |

  Scenario: Everything that is wrong is said at once
    When a child without an address wants to join with the password "four boats"
    Then they are told that SaltBitter is for adults
    And they are told that this is no address
    And they are told that the password is too short

  Scenario: One agrees to the words in force, not to older ones
    When Ana wants to join after reading last year's terms
    Then Ana is told that the words have changed
