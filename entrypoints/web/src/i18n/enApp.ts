/** The words of the installed client, in English: without a network. */
export default {
  offline: {
    line: "You are offline. What you see may be older; we go on when you are back.",
  },
};
