"""The laboratory: judges a policy by what came of past encounters, and fits one to them.

It needs the extra ``lab`` (scikit-learn, scipy, matplotlib); only ``strict``, ``policy_file`` and ``shadow`` do not."""
