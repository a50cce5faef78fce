/** Die Worte des installierten Clients, auf Deutsch: ohne Netz. */
export default {
  offline: {
    line: "Sie sind offline. Was Sie sehen, kann älter sein; es geht weiter, sobald Sie wieder verbunden sind.",
  },
};
