-- :BearingsIncident, what is known of an incident: the state when it began, what changed since and why, verdicts, the
-- next check. The record is the server's; it is the same file that `bearings incident` writes in the terminal.
local ask = require('bearings.ask')
local page = require('bearings.page')
local M = {}

local function title(i) return i.operation .. (ask.value(i.status) and ' → ' .. i.status or '') end
local function when(t) return (t:gsub('T', ' '):gsub(':%d%dZ$', ' UTC')) end
local function at(f) return { file = f.file, line = f.range.start.line } end
local function where(f) return ('  %s:%d'):format(f.file, f.range.start.line) end

--- Changes something, and shows where the incident stands then.
local function change(what, params, done)
  ask.ask('bearings/incident/' .. what, params, function(answer, root)
    if done then done(answer) else M.show(answer, root) end
  end)
end

--- Asks for a text; nothing happens when it is left or empty.
local function input(prompt, done, may_be_empty)
  vim.ui.input({ prompt = prompt .. ' ' }, function(text)
    if text and (text ~= '' or may_be_empty) then done(text) end
  end)
end

local function add_item(p, x)
  local f = x.finding
  p:add('  ' .. f.message .. where(f), at(f), f.certainty == 'confirmed' and 'DiagnosticWarn' or 'DiagnosticInfo')
  p.findings[#p.lines] = x
  local v = type(x.verdict) == 'table' and x.verdict or nil
  if v then
    local words = ('%s %s: %s'):format(v.verdict == 'ruled-out' and 'ruled out' or v.verdict, when(v.at), v.because)
    p:add('    ' .. (x.stale and 'STALE, its lines have changed since: ' or '') .. words, at(f), x.stale and 'DiagnosticWarn' or 'Comment')
    p.findings[#p.lines] = x
  end
end

local function add_section(p, name, list, add, none)
  p:add('')
  p:add(('%s (%d)'):format(name, #list), nil, 'Title')
  for _, x in ipairs(list) do add(p, x) end
  if #list == 0 and none then p:add('  ' .. none, nil, 'Comment') end
end

local function add_next(p, i)
  local n = type(i.next) == 'table' and i.next or nil
  if not n then return end
  local item = type(n.item) == 'table' and n.item or nil
  p:add('')
  p:add(item and 'Next check' or 'Next', nil, 'Title')
  if item then add_item(p, item) elseif ask.value(n.because) then p:add('  ' .. n.because) end
  p:add((item and '  check: ' or '  ') .. n.say)
  if ask.value(n.run) then p:add('    ' .. n.run, nil, 'String') end
end

local function add_change(p, c)
  local place = ask.place(c)
  p:add('  ' .. c.sentence .. (place and ('  %s:%d'):format(place.file, place.line) or ''), place)
  p:add(ask.value(c.why) and '    why: ' .. c.why or '    no why yet: n says it', place, ask.value(c.why) and 'Comment' or 'DiagnosticWarn')
end

local function add_initial(p, i)
  local s = i.initial
  p:add('')
  p:add('Initial state', nil, 'Title')
  p:add(ask.value(s.revision) and ('  revision %s on %s: %s'):format(s.revision:sub(1, 10), ask.value(s.branch) or '(detached)', s.subject or '') or '  not in git: the state is known from this record alone')
  if #ask.list(s.uncommitted) > 0 then p:add('  not committed: ' .. table.concat(s.uncommitted, ', ')) end
  if ask.value(s.fastapi) then p:add('  FastAPI ' .. s.fastapi) end
  if #ask.list(s.environments) > 0 then p:add('  environments: ' .. table.concat(s.environments, ', ')) end
  for _, f in ipairs(ask.list(s.findings)) do p:add('  ' .. f, nil, 'Comment') end
end

--- The page of an open or closed incident.
local function page_of(i)
  local p = page.new()
  p.findings = {}
  p:add(title(i) .. (ask.value(i.closed) and '  closed ' .. when(i.closed) .. ': ' .. i.outcome or '  open since ' .. when(i.opened)), nil, 'Title')
  if ask.value(i.symptom) then p:add(i.symptom) end
  if ask.value(i.before) then p:add('just before: ' .. i.before) end
  add_next(p, i)
  add_section(p, 'Changed since', ask.list(i.changes), add_change, 'nothing that has to do with authentication')
  for _, u in ipairs(ask.list(i.unseen)) do p:add('  ' .. u, nil, 'Comment') end
  add_section(p, 'Hypotheses still open', ask.list(i.hypotheses), add_item, 'none')
  add_section(p, 'Confirmed', ask.list(i.confirmed), add_item, 'nothing')
  add_section(p, 'Ruled out by you', ask.list(i.ruledOut), add_item, 'nothing')
  add_section(p, 'Ruled out by the files', ask.list(i.excluded), function(q, r)
    q:add('  ' .. r.cause .. ', because ' .. r.because, nil, 'Comment')
  end)
  for _, v in ipairs(ask.list(i.gone)) do p:add('  no longer found: ' .. v.message, nil, 'Comment') end
  for _, m in ipairs(ask.list(i.vanished)) do p:add('  no longer found: ' .. m, nil, 'Comment') end
  add_initial(p, i)
  if #ask.list(i.notes) > 0 then
    add_section(p, 'Notes', i.notes, function(q, n) q:add('  ' .. n.text .. '  ' .. when(n.at), nil, 'Comment') end)
  end
  return p
end

--- Shows where an incident stands; asks whether to open one when there is none.
---@param answer table the answer of bearings/incident
---@param root string
function M.show(answer, root)
  local i = type(answer.incident) == 'table' and answer.incident or nil
  for _, u in ipairs(ask.list(answer.unreadable)) do vim.notify('bearings: ' .. u, vim.log.levels.WARN) end
  if not i then
    vim.ui.select({ 'Open an incident', 'Not now' }, { prompt = 'No incident is open. It keeps the state before anything is changed.' }, function(choice)
      if choice == 'Open an incident' then M.open('') end
    end)
    return
  end
  local p = page_of(i)
  local closed = ask.value(i.closed)
  local win = p:show('Incident: ' .. title(i), root, closed and nil or ' <CR> open · c confirmed · r ruled out · n why, or a note · q close ')
  if closed then return end
  local function key(lhs, desc, run)
    vim.keymap.set('n', lhs, function()
      local x = p.findings[vim.api.nvim_win_get_cursor(win)[1]]
      vim.api.nvim_win_close(win, true)
      run(x)
    end, { buffer = vim.api.nvim_win_get_buf(win), nowait = true, desc = desc })
  end
  local function judge(verdict)
    return function(x)
      if x then M.verdict({ fingerprint = x.finding.fingerprint, verdict = verdict }) else M.pick(verdict) end
    end
  end
  key('c', 'Confirmed', judge('confirmed'))
  key('r', 'Ruled out', judge('ruled-out'))
  key('u', 'Take the verdict back', judge('open'))
  key('n', 'Why, or a note', function() M.note('') end)
end

--- Opens an incident: "GET /me 401", or asked for.
---@param args string
function M.open(args)
  local function symptom(operation, status)
    input('What is seen?', function(seen)
      input('What was changed just before?', function(before)
        change('open', { operation = operation, status = status, symptom = seen, before = before })
      end, true)
    end, true)
  end
  local explain = require('bearings.explain')
  if args ~= '' then
    symptom(explain.parse(args))
  else
    explain.pick(symptom)
  end
end

--- Asks which finding a verdict is about.
function M.pick(verdict)
  ask.ask('bearings/incident', {}, function(answer)
    local i = type(answer.incident) == 'table' and answer.incident or nil
    if not i then return vim.notify('bearings: no incident is open', vim.log.levels.WARN) end
    local items = {}
    for _, list in ipairs({ i.hypotheses, i.confirmed, i.ruledOut }) do vim.list_extend(items, ask.list(list)) end
    vim.ui.select(items, { prompt = 'Which finding is ' .. verdict .. '?', format_item = function(x) return x.finding.message .. where(x.finding) end }, function(x)
      if x then M.verdict({ fingerprint = x.finding.fingerprint, verdict = verdict }) end
    end)
  end)
end

--- Keeps a verdict about a finding; asks for the reason.
---@param about {fingerprint: string, verdict: string, uri?: string}
function M.verdict(about)
  local function keep(because)
    change('verdict', { fingerprint = about.fingerprint, verdict = about.verdict, because = because, uri = about.uri }, function()
      vim.notify('bearings: kept in the incident')
    end)
  end
  if about.verdict == 'open' then return keep('') end
  input((about.verdict == 'ruled-out' and 'Ruled out' or 'Confirmed') .. ', because of what?', keep)
end

---@param text string asked for when empty
function M.note(text)
  local function keep(t) change('note', { text = t }, function() vim.notify('bearings: noted') end) end
  if text ~= '' then keep(text) else input('Why was it changed?', keep) end
end

---@param text string asked for when empty
function M.close(text)
  local function keep(t) change('close', { because = t }, function(answer) vim.notify('bearings: closed ' .. answer.incident.id .. '; :BearingsIncident report ' .. answer.incident.id) end) end
  if text ~= '' then keep(text) else input('What was it?', keep) end
end

--- The report for a colleague in a new buffer.
---@param id string the open incident when empty
function M.report(id)
  ask.ask('bearings/incident/report', { id = ask.value(id) }, function(answer)
    vim.cmd.new()
    vim.bo.buftype, vim.bo.bufhidden, vim.bo.filetype = 'nofile', 'wipe', 'markdown'
    vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(answer.markdown, '\n', { plain = true }))
  end)
end

M.actions = { 'open', 'confirmed', 'ruled-out', 'note', 'close', 'report' }

--- :BearingsIncident [action] [text]
---@param args string
function M.command(args)
  local action, rest = args:match('^(%S+)%s*(.*)$')
  if not action then
    ask.ask('bearings/incident', {}, M.show)
  elseif action == 'open' or action == 'note' or action == 'close' or action == 'report' then
    M[action](rest)
  elseif action == 'confirmed' or action == 'ruled-out' then
    M.pick(action)
  else
    vim.notify('bearings: the actions are ' .. table.concat(M.actions, ', '), vim.log.levels.ERROR)
  end
end

local asked = {} ---@type table<string, string> what was asked about last, by folder

--- Asks for the why of changes, once for the same: a message, which stands in nobody's way.
---@param notice {uri: string, id?: string, uncovered: string[]}
function M.changed(notice)
  local list = ask.list(notice.uncovered)
  local text = table.concat(list, '\n')
  if #list > 0 and text ~= asked[notice.uri] then
    vim.notify(('bearings: why? %s%s\n:BearingsIncident note keeps it'):format(list[1], #list > 1 and (', and %d more'):format(#list - 1) or ''))
  end
  asked[notice.uri] = text
end

return M
