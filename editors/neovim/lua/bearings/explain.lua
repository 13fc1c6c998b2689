-- :BearingsExplain, the way of a request and every place that can answer with a status.
local ask = require('bearings.ask')
local page = require('bearings.page')
local M = {}

local known = {} ---@type string[] names of the operations at the last map, for completion

local function refresh_known(done)
  ask.ask('bearings/map', {}, function(map)
    known = {}
    for _, app in ipairs(ask.list(map.apps)) do
      for _, o in ipairs(ask.list(app.operations)) do table.insert(known, ask.question(o)) end
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
  if args ~= '' then M.open(M.parse(args)) else M.pick(M.open) end
end

--- Asks for an operation and what it answers.
---@param done fun(operation: string, status?: integer)
function M.pick(done)
  refresh_known(function(names)
    vim.ui.select(names, { prompt = 'Which path operation?' }, function(name)
      if name then M.pick_status(name, done) end
    end)
  end)
end

function M.pick_status(operation, done)
  ask.ask('bearings/explain', { operation = operation }, function(e)
    local statuses = {}
    for _, s in ipairs(ask.list(e.steps)) do
      for _, o in ipairs(ask.list(s.outcomes)) do statuses[o.status] = true end
    end
    local choices = vim.tbl_keys(statuses)
    table.sort(choices)
    table.insert(choices, 1, 'any status')
    vim.ui.select(choices, { prompt = 'What does ' .. operation .. ' answer?' }, function(choice)
      if choice then done(operation, tonumber(choice)) end
    end)
  end)
end

local function at(x) return { file = x.file, line = x.range.start.line } end
local function where(x)
  local place = ask.place(x)
  return place and ('  %s:%d'):format(place.file, place.line) or ''
end

--- One answer in words: → 401 no Authorization header "Not authenticated" [on purpose]  app/deps.py:9
local function answer(o)
  local words = { '→ ' .. (o.status == 0 and '?' or o.status), o.when }
  if ask.value(o.detail) then table.insert(words, ('"%s"'):format(o.detail)) end
  if ask.value(o.raised) then table.insert(words, '[raised as ' .. o.raised .. ']') end
  if ask.value(o.version) then table.insert(words, '[' .. o.version .. ']') end
  if o.intended == true then table.insert(words, '[on purpose]') end
  if o.certainty == 'hypothesis' then table.insert(words, '[hypothesis]') end
  return table.concat(words, ' ') .. where(o)
end

local function add_steps(p, e, status)
  for _, s in ipairs(ask.list(e.steps)) do
    local hit = vim.iter(ask.list(s.outcomes)):any(function(o) return o.status == status end)
    local name = s.name == s.layer and '' or ask.short(s.name)
    p:add(('%s %-18s %s%s'):format(hit and '◆' or '│', s.layer, name, ask.value(s.note) and '  ' .. s.note or ''), s, hit and 'DiagnosticWarn' or nil)
    for _, o in ipairs(ask.list(s.outcomes)) do
      if not status or o.status == status then p:add('│   ' .. answer(o), o, 'Comment') end
    end
  end
end

local function add_impossible(p, e, status)
  local none = ask.list(e.impossible)
  if status and vim.list_contains(none, status) then
    p:add(('Nothing on this way answers %d: look at what stands before the application.'):format(status), nil, 'DiagnosticInfo')
  elseif #none > 0 then
    p:add('Cannot occur: ' .. table.concat(none, ', '), nil, 'Comment')
  end
  for _, g in ipairs(ask.list(e.gaps)) do p:add('not resolved; it may answer too: ' .. g.reason .. where(at(g)), at(g), 'Comment') end
end

--- The places that answer with a text from a log.
local function add_places(p, e)
  for _, place in ipairs(ask.list(e.places)) do
    p:add(answer(place), place)
    for _, o in ipairs(ask.list(place.operations)) do p:add('    on the way of ' .. o, nil, 'Comment') end
  end
  if #ask.list(e.places) == 0 then p:add('No place of the project answers with this text.') end
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

--- What to know first: Enter leads to the line.
local function add_answer(p, e)
  local a = e.answer
  if type(a) ~= 'table' then return end
  local found
  for _, list in ipairs({ ask.list(e.confirmed), ask.list(e.hypotheses) }) do
    for _, f in ipairs(list) do if f.fingerprint == a.fingerprint then found = f end end
  end
  p:add(a.lead .. ': ' .. a.text .. (found and where(at(found)) or ''), found and at(found), found and found.certainty == 'confirmed' and 'DiagnosticWarn' or 'DiagnosticInfo')
  p:add('')
end

local function add_operation(p, e, status)
  p:add('The way of ' .. ask.question(e.operation), e.operation, 'Title')
  if ask.value(e.note) then p:add(e.note) end
  add_answer(p, e)
  add_steps(p, e, status)
  add_impossible(p, e, status)
  add_section(p, 'Confirmed', ask.list(e.confirmed), add_finding)
  add_section(p, 'Hypotheses', ask.list(e.hypotheses), add_finding)
  add_section(p, 'Ruled out', ask.list(e.ruledOut), function(q, r)
    q:add('  ' .. r.cause)
    q:add('    because ' .. r.because, nil, 'Comment')
    for _, x in ipairs(ask.list(r.evidence)) do q:add('    ' .. x.note .. where(at(x)), at(x), 'Comment') end
  end)
end

--- Explains a path operation; or what else a person may ask: a URL, a handler's name, a text from a log.
---@param operation string
---@param status? integer
function M.open(operation, status)
  ask.ask('bearings/explain', { operation = operation, status = status }, function(e, root)
    local p = page.new()
    if type(e.operation) == 'table' then add_operation(p, e, status) else add_places(p, e) end
    p:show(operation .. (status and ' → ' .. status or ''), root)
  end)
end

return M
