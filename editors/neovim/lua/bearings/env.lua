-- :BearingsEnv, which key is loaded in which environment. Values are never shown; equal letters are equal values.
local ask = require('bearings.ask')
local page = require('bearings.page')
local M = {}

local groups = { set = 'DiagnosticOk', empty = 'DiagnosticError', missing = 'DiagnosticError', default = 'DiagnosticWarn', random = 'DiagnosticWarn', unknown = 'DiagnosticWarn' }

local function add_key(p, key)
  p:add(key.name .. '  ' .. key.loader, key, 'Title')
  local width = vim.iter(ask.list(key.environments)):fold(0, function(w, c) return math.max(w, vim.fn.strdisplaywidth(c.environment)) end)
  for _, c in ipairs(ask.list(key.environments)) do
    local source = type(c.source) == 'table' and c.source or nil
    local pad = (' '):rep(width - vim.fn.strdisplaywidth(c.environment))
    local text = ('  %s%s  %-8s %-2s %s'):format(c.environment, pad, c.state, ask.value(c.same) or '', source and source.file .. ':' .. source.line or '')
    p:add((text:gsub('%s+$', '')) .. (c.differs == true and '  differs' or ''), source, groups[c.state])
    local notes = vim.list_extend({}, ask.list(c.properties))
    if ask.value(c.reason) then table.insert(notes, c.reason) end
    if ask.value(c.outside) then table.insert(notes, 'unless ' .. c.outside .. ' sets it') end
    if #notes > 0 then p:add('      ' .. table.concat(notes, ', '), source, 'Comment') end
    for _, s in ipairs(ask.list(c.shadowed)) do p:add(('      without effect: %s:%d, %s'):format(s.file, s.line, s.why), s, 'Comment') end
  end
end

function M.open()
  ask.ask('bearings/env', {}, function(env, root)
    local p = page.new()
    for _, key in ipairs(ask.list(env.keys)) do add_key(p, key) end
    if #p.lines == 0 then p:add('No key or setting that matters for authentication was found.') end
    p:show('Keys across environments', root)
  end)
end

return M
