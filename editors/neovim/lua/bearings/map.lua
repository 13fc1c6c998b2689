-- :BearingsMap, every path operation and what protects it.
local ask = require('bearings.ask')
local page = require('bearings.page')
local M = {}

local marks = { protected = '●', open = '○', unresolved = '?' }
local groups = { protected = 'DiagnosticOk', open = 'DiagnosticWarn', unresolved = 'DiagnosticWarn' }

---@return 'protected'|'open'|'unresolved'
function M.guarding(o)
  if #ask.list(o.gaps) > 0 then return 'unresolved' end
  return o.protected and 'protected' or 'open'
end

local function chain(d)
  local scheme = ask.value(d.scheme)
  if scheme then return scheme end
  local schemes = vim.iter(ask.list(d.dependencies)):map(chain):filter(function(c) return c ~= '' end):totable()
  return #schemes > 0 and ask.short(d.name) .. ' ← ' .. table.concat(schemes, ', ') or ''
end

--- The guards in one line: "get_current_user ← OAuth2PasswordBearer", or that there are none.
function M.guards(o)
  if o.kind == 'mount' then return 'mount' end
  local chains = vim.iter(ask.list(o.dependencies)):map(chain):filter(function(c) return c ~= '' end):totable()
  if #chains > 0 then return table.concat(chains, ' · ') end
  if o.protected then return #ask.list(o.means) > 0 and table.concat(o.means, ' · '):gsub('[%w_.]+:(%w)', '%1') or 'protected' end
  return M.guarding(o) == 'unresolved' and 'not fully resolved' or 'open'
end

local function matches(o, filter)
  if filter == 'open' then return M.guarding(o) == 'open' and o.kind ~= 'mount' end
  if filter == 'gaps' then return M.guarding(o) == 'unresolved' end
  if filter == 'findings' then return #ask.list(o.findings) > 0 end
  return true
end

local function add_dependency(p, d, depth)
  p:add(('  '):rep(depth) .. (ask.value(d.scheme) and '⚿ ' or '↳ ') .. (ask.value(d.scheme) or ask.short(d.name)), d, 'Comment')
  for _, c in ipairs(ask.list(d.dependencies)) do add_dependency(p, c, depth + 1) end
end

local function add_gaps(p, gaps)
  for _, g in ipairs(ask.list(gaps)) do
    p:add('  ? not resolved: ' .. g.reason, { file = g.file, line = g.range.start.line }, 'DiagnosticWarn')
  end
end

local function add_app(p, app)
  p:add(app.name, app, 'Title')
  for _, m in ipairs(ask.list(app.middleware)) do p:add('  ▤ ' .. ask.short(m.class) .. '  middleware', m, 'Comment') end
  for _, o in ipairs(ask.list(app.operations)) do
    local g = M.guarding(o)
    p:add(('  %s %s  %s'):format(marks[g], ask.question(o), M.guards(o)), o, groups[g])
    for _, d in ipairs(ask.list(o.dependencies)) do add_dependency(p, d, 3) end
  end
  add_gaps(p, app.gaps)
end

local function says_findings(map)
  return vim.iter(ask.list(map.apps)):any(function(app)
    return vim.iter(ask.list(app.operations)):any(function(o) return o.findings ~= nil end)
  end)
end

local function to_quickfix(map, filter, root)
  if filter == 'findings' and not says_findings(map) then
    vim.notify('bearings: this server does not say which path operations have findings; see :lua vim.diagnostic.setqflist()', vim.log.levels.WARN)
    return
  end
  local items = {}
  local function add(x, text)
    local place = ask.place(x)
    if not place then return end
    table.insert(items, { filename = vim.fs.joinpath(root, place.file), lnum = place.line, text = text })
  end
  for _, app in ipairs(ask.list(map.apps)) do
    for _, o in ipairs(ask.list(app.operations)) do
      if matches(o, filter) then add(o, ask.question(o) .. '  ' .. M.guards(o)) end
    end
    for _, g in ipairs(filter == 'gaps' and ask.list(app.gaps) or {}) do add({ file = g.file, line = g.range.start.line }, 'not resolved: ' .. g.reason) end
  end
  vim.fn.setqflist({}, ' ', { title = 'Bearings: ' .. filter, items = items })
  if #items == 0 then vim.notify('bearings: nothing matches "' .. filter .. '"') else vim.cmd.copen() end
end

--- Shows the map; with a filter (open, gaps, findings) in the quickfix list.
---@param filter string
function M.open(filter)
  if not vim.list_contains({ '', 'open', 'gaps', 'findings' }, filter) then
    vim.notify('bearings: the filters are open, gaps and findings', vim.log.levels.ERROR)
    return
  end
  ask.ask('bearings/map', {}, function(map, root)
    if filter ~= '' then
      to_quickfix(map, filter, root)
      return
    end
    local p = page.new()
    for _, app in ipairs(ask.list(map.apps)) do add_app(p, app) end
    add_gaps(p, map.gaps)
    if #p.lines == 0 then p:add('No FastAPI application was found in ' .. root) end
    p:show('Authentication map', root)
  end)
end

return M
