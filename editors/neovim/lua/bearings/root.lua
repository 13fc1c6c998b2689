-- Which folder a buffer belongs to, and whether it is one for the server.
local M = {}

local markers = { 'bearings.toml', 'pyproject.toml', 'requirements.txt', 'uv.lock', 'poetry.lock', 'Pipfile', 'docker-compose.yml', 'compose.yaml', '.git' }
local names = { '^%.env', '%.env$', '^docker%-compose.*%.ya?ml$', '^compose.*%.ya?ml$', '[Dd]ockerfile', '^pyproject%.toml$', '^bearings%.toml$', '^requirements.*%.txt$' }

---@param name string a file's name without its folder
local function concerns(name)
  return vim.iter(names):any(function(p) return name:find(p) ~= nil end)
end

--- Calls on_dir with the root, for Python files and for those that decide which key is loaded.
---@param bufnr integer
---@param on_dir fun(root?: string)
function M.find(bufnr, on_dir)
  local path = vim.api.nvim_buf_get_name(bufnr)
  if path == '' then return end
  if vim.bo[bufnr].filetype ~= 'python' and not concerns(vim.fs.basename(path)) then return end
  on_dir(vim.fs.root(bufnr, { markers }) or vim.fs.dirname(path))
end

return M
