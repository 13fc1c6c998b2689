-- Commands of the plugin. They ask the server; nothing is worked out here.
if vim.g.loaded_bearings then return end
vim.g.loaded_bearings = true
if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('bearings needs Neovim 0.11 or newer', vim.log.levels.WARN)
  return
end

local command = vim.api.nvim_create_user_command

command('BearingsMap', function(a) require('bearings.map').open(a.args) end, {
  nargs = '?',
  complete = function() return { 'open', 'gaps', 'findings' } end,
  desc = 'Every path operation and what protects it; with an argument only some, in the quickfix list',
})
command('BearingsExplain', function(a) require('bearings.explain').command(a.args) end, {
  nargs = '*',
  complete = function(lead) return require('bearings.explain').complete(lead) end,
  desc = 'The way of a request, and every place that can answer with a status: :BearingsExplain GET /me 401',
})
command('BearingsEnv', function(a) require('bearings.env').open(a.args) end, { nargs = '?', desc = 'Which key is loaded in which environment; with a name only that key' })

command('BearingsIncident', function(a) require('bearings.incident').command(a.args) end, {
  nargs = '*',
  complete = function(lead) return vim.iter(require('bearings.incident').actions):filter(function(x) return vim.startswith(x, lead) end):totable() end,
  desc = 'Where the open incident stands; with an action: open, confirmed, ruled-out, note, close, report',
})

-- What code lenses and code actions of the server name.
vim.lsp.commands['bearings.explain'] = function(c)
  local a = (c.arguments or {})[1]
  if type(a) == 'table' then require('bearings.explain').open(a.operation, a.status) else require('bearings.explain').open(a, (c.arguments or {})[2]) end
end
vim.lsp.commands['bearings.showMap'] = function() require('bearings.map').open('') end
vim.lsp.commands['bearings.showEnvironments'] = function(c) require('bearings.env').open((c.arguments or {})[1]) end

vim.lsp.commands['bearings.verdict'] = function(c) require('bearings.incident').verdict(c.arguments[1]) end

vim.api.nvim_create_autocmd('LspAttach', {
  group = vim.api.nvim_create_augroup('bearings', {}),
  callback = function(a)
    local client = vim.lsp.get_client_by_id(a.data.client_id)
    if client and client.name == 'bearings' then require('bearings').attached(a.buf) end
  end,
})
