-- :BearingsEnv, which key is loaded in which environment. Values are never shown; equal letters are equal values.
local ask = require('bearings.ask')
local page = require('bearings.page')
local M = {}

local groups = { set = 'DiagnosticOk', empty = 'DiagnosticError', missing = 'DiagnosticError', default = 'DiagnosticWarn', random = 'DiagnosticWarn', unknown = 'DiagnosticWarn' }

local function add_key(p, key)
  local words = vim.list_extend({ key.loader }, ask.list(key.roles))
  if #p.lines > 0 then p:add('') end
  p:add(key.name .. '  ' .. table.concat(words, ' · '), key, 'Title')
  local width = vim.iter(ask.list(key.environments)):fold(0, function(w, c) return math.max(w, vim.fn.strdisplaywidth(c.environment)) end)
  for _, c in ipairs(ask.list(key.environments)) do
    local source = type(c.source) == 'table' and c.source or nil
    local pad = (' '):rep(width - vim.fn.strdisplaywidth(c.environment))
    local text = ('  %s%s  %-8s %-2s %s'):format(c.environment, pad, c.state, ask.value(c.same) or '', source and source.file .. ':' .. source.line or '')
    p:add((text:gsub('%s+$', '')) .. (c.differs == true and '  differs' or ''), source, groups[c.state])
    local notes = vim.list_extend({}, ask.list(c.properties))
    if ask.value(c.reason) then table.insert(notes, c.reason) end
    if #notes > 0 then p:add('      ' .. table.concat(notes, ', '), source, 'Comment') end
    for _, s in ipairs(ask.list(c.shadowed)) do p:add(('      without effect: %s:%d, %s'):format(s.file, s.line, s.why), s, 'Comment') end
  end
end

--- What outside the files can set variables, once for each environment.
local function add_outside(p, keys)
  local said = {}
  for _, key in ipairs(keys) do
    for _, c in ipairs(ask.list(key.environments)) do
      if ask.value(c.outside) and not said[c.environment] then
        said[c.environment] = true
        p:add(('%s: unless set by %s'):format(c.environment, c.outside), nil, 'Comment')
      end
    end
  end
end

---@param name? string the key that is asked for; all when absent
function M.open(name)
  ask.ask('bearings/env', { key = ask.value(name) }, function(env, root)
    local p = page.new()
    local keys = ask.list(env.keys)
    local function leads(k) return #ask.list(k.roles) > 0 end
    for _, key in ipairs(keys) do if leads(key) then add_key(p, key) end end
    for _, key in ipairs(keys) do if not leads(key) then add_key(p, key) end end
    if #p.lines == 0 then p:add('No key or setting that matters for authentication was found.') end
    p:add('')
    add_outside(p, keys)
    p:show('Keys across environments', root)
  end)
end

return M
