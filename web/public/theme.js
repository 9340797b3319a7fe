// Runs before the first paint, so that a chosen theme never flashes the other one. src/design/settings.ts writes these.
(function () {
  var root = document.documentElement;
  var theme = localStorage.getItem('weft.theme');
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  if (localStorage.getItem('weft.density') === 'compact') root.dataset.density = 'compact';
})();
