-- Settings, and what happens when the server attaches.
local M = {}

---@class bearings.Settings
---@field codelens boolean show code lenses as soon as the server attaches
M.settings = { codelens = true }

--- Optional: require('bearings').setup { codelens = false }
---@param settings? bearings.Settings
function M.setup(settings)
  M.settings = vim.tbl_extend('force', M.settings, settings or {})
end

---@param buf integer
function M.attached(buf)
  if not M.settings.codelens then return end
  if vim.lsp.codelens.enable then -- Neovim 0.12 keeps them up to date by itself
    vim.lsp.codelens.enable(true, { bufnr = buf })
    return
  end
  vim.lsp.codelens.refresh({ bufnr = buf })
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'BufWritePost' }, {
    buffer = buf,
    callback = function() vim.lsp.codelens.refresh({ bufnr = buf }) end,
  })
end

return M
