-- :checkhealth bearings
local M = {}

function M.check()
  local h = vim.health
  h.start('bearings')
  if vim.fn.has('nvim-0.11') == 1 then h.ok('Neovim ' .. tostring(vim.version())) else h.error('Neovim 0.11 or newer is needed') end

  local config = vim.lsp.config.bearings
  local cmd = config and config.cmd
  if type(cmd) ~= 'table' then
    h.error('no configuration "bearings"', "is this plugin's folder on 'runtimepath'?")
    return
  end
  if vim.fn.executable(cmd[1]) == 1 then
    local run = vim.system({ vim.fn.exepath(cmd[1]), '--version' }, { text = true }):wait(3000)
    h.ok(('server: %s (%s)'):format(vim.fn.exepath(cmd[1]), vim.trim(run.stdout or '')))
  else
    h.error('"' .. cmd[1] .. '" is not a program', { 'install bearings so that it is on PATH', "or vim.lsp.config('bearings', { cmd = { '/path/to/bearings', 'serve' } })" })
  end

  if vim.lsp.is_enabled and vim.lsp.is_enabled('bearings') then h.ok('enabled') else h.warn('not enabled', "vim.lsp.enable('bearings')") end
  local clients = vim.lsp.get_clients({ name = 'bearings' })
  if #clients == 0 then h.info('not attached to any buffer; it attaches when a Python file is opened') end
  for _, c in ipairs(clients) do
    h.ok(('running for %s, %d buffers'):format(c.root_dir or 'a single file', vim.tbl_count(c.attached_buffers)))
  end
end

return M
