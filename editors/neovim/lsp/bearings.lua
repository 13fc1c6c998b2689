-- The configuration that vim.lsp.enable('bearings') starts. Change parts of it with
-- vim.lsp.config('bearings', { … }) before or after.
---@type vim.lsp.Config
return {
  cmd = { 'bearings', 'serve' },
  filetypes = { 'python', 'yaml', 'yaml.docker-compose', 'dockerfile', 'toml', 'requirements', 'env', 'sh', 'conf' },
  -- Only in a project of Python; a folder of shell scripts or YAML alone needs no server.
  root_dir = function(bufnr, on_dir)
    require('bearings.root').find(bufnr, on_dir)
  end,
  -- Pushed: Neovim (0.12.4) pulls a buffer's diagnostics again when it is edited, not when the server asks it to because of another file.
  init_options = { diagnostics = 'push', clientCommands = { 'bearings.explain', 'bearings.showMap', 'bearings.showEnvironments', 'bearings.verdict' }, incidents = true },
  handlers = { ['bearings/incidentChanged'] = function(_, notice) require('bearings.incident').changed(notice) end },
}
