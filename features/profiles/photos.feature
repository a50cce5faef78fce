Feature: Photos
  A photo is looked at before others see it. Its owner always knows how it stands with it, and why.

  Scenario Outline: A real photograph of one face becomes the first photo
    Given Ana is a member without photos
    When Ana shows the photograph "<file>"
    Then Ana's photo is being looked at
    When a moment passes
    Then Ana's photo is approved
    And it comes upright in three sizes, and nothing in it tells where or with what it was taken

    Examples:
      | file          |
      | portrait.jpg  |
      | portrait.heic |

  Scenario Outline: The first photo shows one face
    Given Ana is a member without photos
    When Ana shows a picture with <faces> faces
    And a moment passes
    Then Ana's photo is refused, because <reason>

    Examples:
      | faces | reason                      |
      | 0     | no face can be seen         |
      | 2     | there is more than one face |

  Scenario: A picture without a face is welcome in any other place
    Given Ana is a member
    When Ana shows a picture with 0 faces
    And a moment passes
    Then both of Ana's photos are approved
    But the new one cannot be put first

  Scenario: What cannot be opened is refused in words
    Given Ana is a member without photos
    When Ana shows a picture that ends in the middle
    And a moment passes
    Then Ana's photo is refused, because it cannot be opened

  Scenario: Only pictures are taken
    Given Ana is a member
    When Ana shows a text as a photo
    Then Ana is told which kinds of pictures are taken

  Scenario: Six photos at most
    Given Ana is a member with six photos
    When Ana shows a picture with 1 face
    Then Ana is told that six photos are the most

  Scenario: A refusal can be appealed, once
    Given Ana is a member without photos
    And a photo of Ana was refused, because no face can be seen
    When Ana appeals: "It is me, in the mirror"
    Then the photo waits for a person to look again
    When Ana appeals: "Once more"
    Then Ana is told that one appeal is possible

  Scenario Outline: A person decides on an appeal, and says why
    Given Ana is a member without photos
    And a photo of Ana was refused, because no face can be seen
    And Ana has appealed: "It is me, in the mirror"
    And Mo is a moderator
    When Mo looks at the appeals and <decides>: "<reason>"
    Then Ana's photo is <state>, and beside it stands "<reason>"
    And a mail tells Ana "<reason>"
    And nobody waits for a decision any more

    Examples:
      | decides       | reason                          | state    |
      | approves      | I see your face in the mirror.  | approved |
      | refuses again | The mirror hides all but a hand. | refused  |

  Scenario: While the machine that judges photos is away, a photo waits for it
    Given Ana is a member without photos
    And the machine that judges photos is away
    When Ana shows a picture with 1 face
    And 60 minutes pass
    Then Ana's photo is being looked at
    When the machine that judges photos is back
    And 60 minutes pass
    Then Ana's photo is approved

  Scenario Outline: What no machine has judged is judged by a person before others see it
    Given Ana is a member without photos
    And the machine that judges photos is away
    And Mo is a moderator
    When Ana shows a picture with 1 face
    And 12 hours pass
    Then Ana's photo waits for a person to look, and Ana reads that
    When Mo looks at the photos that wait and <decides>
    Then Ana's photo is <state>
    And a mail tells Ana what became of it: <mail>
    And nobody waits for a decision any more

    Examples:
      | decides                         | state    | mail          |
      | approves it                     | approved | photo_visible |
      | refuses it: "The sign insults." | refused  | photo_refused |

  Scenario: Whoever seems to be a minor is out at the first look, before anybody else saw the photo
    Given Ana is a member without photos
    And the machine that judges photos is away
    And Mo is a moderator
    When Ana shows a picture with 1 face
    And 12 hours pass
    Then Ana's photo waits for a person to look, and Ana reads that
    When Mo refuses it, because its owner seems to be a minor: "You look younger than 18."
    Then Ana is signed in nowhere
    And a mail tells Ana that only adults are members: "You look younger than 18."
    And nobody waits for a decision any more

  Scenario: A picture that was taken down does not come back
    Given Ana and Ben are members without photos
    And Ana shows the photograph "portrait.jpg"
    And Mo is a moderator
    When Mo takes Ana's photo down: "It is not you."
    Then Ana's photo is refused, and beside it stands "It is not you."
    When Ben shows the photograph "portrait.jpg", a little smaller and saved anew
    And a moment passes
    Then Ben's photo is refused, because it was removed before

  Scenario: When the first photo is deleted the next one takes its place
    Given Ana is a member with two photos
    When Ana deletes the first photo
    Then the other photo is the first

  Scenario: A deleted photo is gone for everybody
    Given Ana and Ben are members who meet this morning
    And Ben has opened a photo that Ana added
    When Ana deletes that photo
    And a moment passes
    Then Ben can no longer open it
