-- :BearingsExplain, the way of a request and every place that can answer with a status.
local ask = require('bearings.ask')
local page = require('bearings.page')
local M = {}

local known = {} ---@type string[] names of the operations at the last map, for completion

local function refresh_known(done)
  ask.ask('bearings/map', {}, function(map)
    known = {}
    for _, app in ipairs(ask.list(map.apps)) do
      for _, o in ipairs(ask.list(app.operations)) do table.insert(known, ask.operation_id(o)) end
    end
    if done then done(known) end
  end)
end

function M.complete(lead)
  refresh_known()
  return vim.iter(known):filter(function(k) return k:find(lead, 1, true) ~= nil end):totable()
end

--- "GET /me 401" → "GET /me", 401
---@param args string
function M.parse(args)
  local operation, status = args:match('^(.-)%s+(%d%d%d)$')
  if operation then return operation, tonumber(status) end
  return args, nil
end

---@param args string
function M.command(args)
  if args ~= '' then
    M.open(M.parse(args))
    return
  end
  refresh_known(function(names)
    vim.ui.select(names, { prompt = 'Which path operation?' }, function(name)
      if name then M.pick_status(name) end
    end)
  end)
end

function M.pick_status(operation)
  ask.ask('bearings/explain', { operation = operation }, function(e)
    local statuses = {}
    for _, s in ipairs(ask.list(e.steps)) do
      for _, o in ipairs(ask.list(s.outcomes)) do statuses[o.status] = true end
    end
    local choices = vim.tbl_keys(statuses)
    table.sort(choices)
    table.insert(choices, 1, 'any status')
    vim.ui.select(choices, { prompt = 'What does ' .. operation .. ' answer?' }, function(choice)
      if choice then M.open(operation, tonumber(choice)) end
    end)
  end)
end

local function at(x) return { file = x.file, line = x.range.start.line } end
local function where(x)
  local place = ask.place(x)
  return place and ('  %s:%d'):format(place.file, place.line) or ''
end

local function add_steps(p, e, status)
  for _, s in ipairs(ask.list(e.steps)) do
    local hit = vim.iter(ask.list(s.outcomes)):any(function(o) return o.status == status end)
    p:add(('%s %-18s %s'):format(hit and '◆' or '│', s.layer, ask.short(s.name)), s, hit and 'DiagnosticWarn' or nil)
    for _, o in ipairs(ask.list(s.outcomes)) do
      if not status or o.status == status then
        local detail = ask.value(o.detail) and (' "%s"'):format(o.detail) or ''
        local tags = (o.intended == true and ' [on purpose]' or o.intended == false and ' [not on purpose]' or '') .. (o.certainty == 'hypothesis' and ' [hypothesis]' or '')
        p:add(('│   → %d %s%s%s%s'):format(o.status, o.when, detail, tags, where(o)), o, 'Comment')
      end
    end
  end
end

local function add_finding(p, f)
  p:add('  ' .. f.message .. where(at(f)), at(f), f.certainty == 'confirmed' and 'DiagnosticWarn' or 'DiagnosticInfo')
  if type(f.effect) == 'table' and ask.value(f.effect.text) then p:add('    effect: ' .. f.effect.text) end
  for _, x in ipairs(ask.list(f.evidence)) do p:add('    because: ' .. x.note .. where(at(x)), at(x), 'Comment') end
  for _, g in ipairs(ask.list(f.gaps)) do p:add('    not resolved: ' .. g.reason .. where(at(g)), at(g), 'Comment') end
  if type(f.check) == 'table' then
    if ask.value(f.check.say) then p:add('    check: ' .. f.check.say) end
    if ask.value(f.check.run) then p:add('      ' .. f.check.run, nil, 'String') end
  end
end

local function add_section(p, title, list, add)
  p:add('')
  p:add(('%s (%d)'):format(title, #list), nil, 'Title')
  for _, x in ipairs(list) do add(p, x) end
end

---@param operation string
---@param status? integer
function M.open(operation, status)
  ask.ask('bearings/explain', { operation = operation, status = status }, function(e, root)
    local p = page.new()
    p:add('The way of ' .. operation, e.operation, 'Title')
    add_steps(p, e, status)
    add_section(p, 'Confirmed', ask.list(e.confirmed), add_finding)
    add_section(p, 'Hypotheses', ask.list(e.hypotheses), add_finding)
    add_section(p, 'Ruled out', ask.list(e.ruledOut), function(q, r)
      q:add('  ' .. r.cause)
      q:add('    because ' .. r.because, nil, 'Comment')
      for _, x in ipairs(ask.list(r.evidence)) do q:add('    ' .. x.note .. where(at(x)), at(x), 'Comment') end
    end)
    p:show(operation .. (status and ' → ' .. status or ''), root)
  end)
end

return M
