// Runs inside the panels: shows what the extension sends, and sends back what a button asks for.
(() => {
  const vscode = acquireVsCodeApi();
  const main = document.getElementById('main');
  const say = document.getElementById('say');
  let shown = '';

  window.addEventListener('message', ({ data }) => {
    if (typeof data.say === 'string') {
      say.textContent = data.say;
      setTimeout(() => { say.textContent = ''; }, 2000);
    }
    if (data.state) vscode.setState(data.state); // what the panel asks for when the window is loaded anew
    if (typeof data.show !== 'string') return;
    if (data.top) document.scrollingElement.scrollTop = 0;
    if (data.show === shown) return;
    shown = data.show;
    // Where the person was stays where it was.
    const key = document.activeElement?.dataset?.key;
    const at = document.scrollingElement.scrollTop;
    main.innerHTML = shown;
    document.scrollingElement.scrollTop = at;
    if (key) main.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
  });

  document.addEventListener('click', (e) => {
    const button = e.target.closest('button[data-do]');
    if (button?.dataset.do === 'jump') { // within the panel
      const to = document.getElementById(button.dataset.to);
      to?.scrollIntoView({ block: 'start' });
      to?.focus({ preventScroll: true });
    } else if (button) vscode.postMessage({ ...button.dataset });
  });

  vscode.postMessage({ do: 'ready' });
})();
