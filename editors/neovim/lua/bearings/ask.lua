-- Asks the server. All answers are the JSON of docs/formats.md.
local M = {}

---@return vim.lsp.Client?
function M.client()
  return vim.lsp.get_clients({ name = 'bearings', bufnr = 0 })[1] or vim.lsp.get_clients({ name = 'bearings' })[1]
end

--- Calls done with the answer and the root of the project; says why when there is none.
---@param method string
---@param params table
---@param done fun(answer: table, root: string)
function M.ask(method, params, done)
  local client = M.client()
  if not client then
    vim.notify("bearings is not running here; open a Python file of the project, or see :checkhealth bearings", vim.log.levels.WARN)
    return
  end
  if next(params) == nil then params = vim.empty_dict() end
  client:request(method, params, function(err, answer)
    if err then
      vim.notify('bearings: ' .. err.message, vim.log.levels.ERROR)
      return
    end
    done(answer, client.root_dir or vim.fn.getcwd())
  end)
end

--- A list of the answer, where null and absent mean empty.
---@return table
function M.list(x)
  return type(x) == 'table' and x or {}
end

--- A text or number of the answer, where null means none.
function M.value(x)
  if x == vim.NIL or x == '' then return nil end
  return x
end

--- The place of something, if it is written in the project.
---@return {file: string, line: integer}?
function M.place(x)
  if type(x) ~= 'table' or not M.value(x.file) or not M.value(x.line) then return nil end
  return { file = x.file, line = x.line }
end

--- How people and the server name an operation.
function M.operation_id(o)
  if o.kind == 'websocket' then return 'WEBSOCKET ' .. o.path end
  if o.kind == 'mount' then return 'MOUNT ' .. o.path end
  return (M.list(o.methods)[1] or 'ANY') .. ' ' .. o.path
end

--- How to ask about an operation: with its application, where its method and path do not tell it from others.
function M.question(o)
  return M.value(o.question) or M.operation_id(o)
end

--- "app.routes.users:read_me" as people say it: read_me.
function M.short(name)
  if not M.value(name) then return 'unknown' end
  return (name:gsub('^.*:', ''))
end

return M
