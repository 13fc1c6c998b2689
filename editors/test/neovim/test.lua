-- nvim --clean --headless -l test.lua SERVER PROJECT ; exit status 0 = all passed.
-- What a person sees: floats, quickfix list, text of the buffer. PROJECT is changed; give a copy.
local server, project = arg[1], vim.fs.abspath(arg[2])
local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
local plugin = vim.fs.joinpath(here, '..', '..', 'neovim')

local function ok(cond, what)
  io.stdout:write((cond and 'ok   ' or 'FAIL ') .. what .. '\n')
  if not cond then os.exit(1) end
end
-- A question that nobody answers ends Neovim with status 0 where there is no terminal; the end must have been reached.
local finished = false
vim.api.nvim_create_autocmd('VimLeavePre', { callback = function()
  if not finished then
    io.stdout:write('FAIL Neovim ended before the suite did\n')
    os.exit(1)
  end
end })
local function wait(what, f, ms) ok(vim.wait(ms or 10000, f, 20), what) end
local function edit(name) vim.cmd.edit(vim.fs.joinpath(project, name)) end

vim.opt.runtimepath:prepend(plugin)
vim.cmd('filetype on') -- `nvim -l` skips it, and vim.lsp.enable() works from FileType events
vim.cmd.source(vim.fs.joinpath(plugin, 'plugin', 'bearings.lua'))
vim.lsp.config('bearings', { cmd = { server, 'serve' } }) -- merged over lsp/bearings.lua
vim.lsp.enable('bearings')

local function float()
  for _, w in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(w).relative ~= '' then return w end
  end
end
local function float_text()
  local w = float()
  return w and table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(w), 0, -1, false), '\n')
end
local function close() vim.api.nvim_win_close(float(), true) end
local function press(keys) vim.api.nvim_feedkeys(vim.keycode(keys), 'xt', false) end

local function diagnostics(buf)
  return vim.iter(vim.diagnostic.get(buf)):filter(function(d) return d.code == 'token-url-unrouted' end):totable()
end

edit('app/deps.py')
local buf = vim.api.nvim_get_current_buf()
wait('client attached and initialized', function()
  local c = vim.lsp.get_clients({ bufnr = buf, name = 'bearings' })[1]
  return c and c.initialized
end)
local client = vim.lsp.get_clients({ bufnr = buf, name = 'bearings' })[1]
ok(client.root_dir == project, 'the root is the project: ' .. tostring(client.root_dir))
wait('the diagnostic', function() return #diagnostics(buf) == 1 end)
local d = diagnostics(buf)[1]
ok(d.source == 'bearings' and d.message:find('/api/v1/login/token', 1, true), 'its source and message')
ok(d.lnum == 8, 'its line')
ok(vim.api.nvim_buf_get_text(buf, d.lnum, d.col, d.end_lnum, d.end_col, {})[1]:find('"/login/token"', 1, true), 'its range covers the URL')

vim.api.nvim_win_set_cursor(0, { d.lnum + 1, d.col })
vim.lsp.buf.hover()
wait('the hover float', function() return float() ~= nil end)
ok(float_text():find('/login/token', 1, true) and float_text():lower():find('confirmed'), 'hover text')
close()

-- Code lens, put there by the plugin.
edit('app/routes/users.py')
local users = vim.api.nvim_get_current_buf()
local function lenses()
  return vim.lsp.codelens.get(vim.fn.has('nvim-0.12') == 1 and { bufnr = users } or users)
end
local function lens_of(name)
  for _, item in ipairs(lenses()) do
    local l = item.lens or item
    if l.command and l.command.title:find(name, 1, true) then return l end
  end
end
wait('code lens with the guard', function() return lens_of('get_current_user') ~= nil end)
local lens = lens_of('get_current_user')
ok(vim.lsp.commands[lens.command.command] ~= nil, 'its command is known: ' .. lens.command.command)
vim.lsp.commands[lens.command.command](lens.command, { bufnr = users, client_id = client.id })
wait('the lens explains', function() return (float_text() or ''):find('The way of GET /api/v1/users/me', 1, true) end)
close()

vim.cmd('BearingsMap')
wait(':BearingsMap', function() return float() ~= nil end)
local text = float_text()
ok(text:find('● GET /api/v1/users/me  get_current_user ← OAuth2PasswordBearer', 1, true), 'a protected operation with its guards')
ok(text:find('○ GET /health', 1, true), 'an open operation')
ok(text:find('not resolved', 1, true), 'what is not resolved')
vim.fn.search('GET /api/v1/users/me')
press('<CR>')
ok(float() == nil and vim.api.nvim_get_current_line():find('def read_me', 1, true), '<CR> goes to the line')

vim.cmd('BearingsMap open')
wait(':BearingsMap open', function() return #vim.fn.getqflist() > 0 end)
local listed = vim.iter(vim.fn.getqflist()):map(function(i) return i.text end):join('\n')
ok(listed:find('GET /health', 1, true) and not listed:find('users/me', 1, true), 'the quickfix list has the open operations only')
vim.cmd.cclose()

vim.cmd('BearingsExplain GET /api/v1/users/me 401')
wait(':BearingsExplain', function() return float() ~= nil end)
text = float_text()
ok(text:find('→ 401', 1, true) and text:find('get_current_user', 1, true), 'places that answer 401')
ok(text:find('Confirmed', 1, true) and text:find('Hypotheses', 1, true) and text:find('Ruled out', 1, true), 'confirmed, hypotheses, ruled out')
close()

vim.cmd('BearingsExplain Could not validate credentials')
wait(':BearingsExplain with a text from a log', function() return float() ~= nil end)
ok(float_text():find('app/deps.py', 1, true), 'the place that answers with it')
close()

vim.cmd('BearingsEnv')
wait(':BearingsEnv', function() return float() ~= nil end)
text = float_text()
ok(text:lower():find('secret_key', 1, true) and text:find('empty', 1, true), 'keys and their states')
ok(not text:find('not-a-real-key', 1, true), 'no value is shown')
close()

-- An incident, with its questions answered in order.
local answers, questions, messages = {}, {}, {}
vim.ui.input = function(options, done) table.insert(questions, options.prompt); done(table.remove(answers, 1)) end
vim.ui.select = function(_, options) ok(false, 'an unexpected choice: ' .. options.prompt) end
vim.notify = function(message) table.insert(messages, message) end
local function said(what) return table.concat(messages, '\n'):find(what, 1, true) ~= nil end

answers = { 'the token is issued, and refused', 'keys renamed' }
vim.cmd('BearingsIncident open GET /api/v1/users/me 401')
wait(':BearingsIncident open shows where it stands', function() return (float_text() or ''):find('open since', 1, true) ~= nil end)
text = float_text()
ok(text:find('the token is issued, and refused', 1, true) and text:find('just before: keys renamed', 1, true), 'what is seen, and what was before')
ok(text:find('Initial state', 1, true) and text:find('Hypotheses still open', 1, true), 'initial state, hypotheses')
local record = vim.fn.glob(project .. '/.bearings/incidents/*.toml', true, true)
ok(#record == 1, 'the record is a file of the project')
answers = { 'the container has the same value' }
vim.fn.search([[SECRET_KEY is empty.*docker-compose]])
press('r')
wait('r on a finding rules it out', function() return said('kept in the incident') end)
vim.cmd('BearingsIncident')
wait(':BearingsIncident', function() return (float_text() or ''):find('ruled out .*: the container has the same value') ~= nil end)
close()

vim.cmd.buffer(buf)
vim.api.nvim_win_set_cursor(0, { d.lnum + 1, d.col })
answers = { 'nobody uses Authorize' }
vim.lsp.buf.code_action({ apply = true, filter = function(a) return a.title:find('Mark as checked: ruled out', 1, true) ~= nil end })
wait('a code action marks the diagnostic', function()
  local marked = diagnostics(buf)[1]
  return marked and marked.message:find('Ruled out (nobody uses Authorize)', 1, true) ~= nil
end)
vim.api.nvim_buf_set_lines(buf, d.lnum, d.lnum + 1, false, { 'oauth2 = OAuth2PasswordBearer(tokenUrl="/login/token", auto_error=False)' })
wait('the why is asked for', function() return said('why? ') and said('no longer 401') end)
ok(#answers == 0 and float() == nil, 'by a message, with nothing in the way')
wait('the verdict is stale', function() return diagnostics(buf)[1].message:find('Check again', 1, true) ~= nil end)
vim.cmd('BearingsIncident note a trial')
wait('noted', function() return said('noted') end)
vim.cmd('BearingsIncident')
wait('the why is kept', function() return (float_text() or ''):find('why: a trial', 1, true) ~= nil end)
close()
vim.cmd('BearingsIncident report')
wait('the report', function() return vim.api.nvim_get_current_line():find('# Incident: GET /api/v1/users/me → 401', 1, true) ~= nil end)
vim.cmd('bwipeout!')
vim.cmd('BearingsIncident close it was the environment')
wait('closed', function() return said('closed 2') end)
ok(table.concat(vim.fn.readfile(record[1]), '\n'):find('it was the environment', 1, true), 'how it ended is kept')
vim.cmd.buffer(buf)
vim.api.nvim_buf_set_lines(buf, d.lnum, d.lnum + 1, false, { 'oauth2 = OAuth2PasswordBearer(tokenUrl="/login/token")' })
vim.cmd('silent write')
wait('the diagnostic is as before', function() return #diagnostics(buf) == 1 and not diagnostics(buf)[1].message:find('Ruled out', 1, true) end)

edit('app/routes/users.py') -- to edit the same file again would attach the server anew

-- Call hierarchy, where the server has it.
if client:supports_method('textDocument/prepareCallHierarchy') then
  edit('app/deps.py')
  vim.fn.search('def get_current_user')
  vim.fn.search('get_current_user')
  vim.fn.setqflist({})
  vim.lsp.buf.incoming_calls()
  wait('call hierarchy: incoming', function() return #vim.fn.getqflist() > 0 end)
  ok(vim.iter(vim.fn.getqflist()):any(function(i) return i.text:find('/me', 1, true) or i.text:find('read_me', 1, true) end), 'it leads to the operation')
  vim.cmd.cclose()
else
  io.stdout:write('skip call hierarchy: the server does not offer it\n')
end

-- Quick fix through the editor's own path: request, choose, apply.
vim.cmd.buffer(buf)
vim.api.nvim_win_set_cursor(0, { d.lnum + 1, 0 }) -- at the start of the line, not under the diagnostic
vim.lsp.buf.code_action({ apply = true, filter = function(a) return (a.kind or ''):find('^quickfix') and a.title:find('tokenUrl') end })
wait('quick fix applied', function()
  return vim.api.nvim_buf_get_lines(buf, d.lnum, d.lnum + 1, false)[1]:find('api/v1/login/token', 1, true)
end)
wait('diagnostic gone', function() return #diagnostics(buf) == 0 end)
vim.cmd('undo')
wait('diagnostic back after undo', function() return #diagnostics(buf) == 1 end)

vim.cmd('checkhealth bearings')
text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
ok(text:find('OK') and text:find('running for', 1, true) and not text:find('ERROR'), ':checkhealth bearings')
vim.cmd.helptags(vim.fs.joinpath(plugin, 'doc'))
vim.cmd.help('bearings-commands')
ok(vim.api.nvim_get_current_line():find('COMMANDS', 1, true), ':help')
vim.fs.rm(vim.fs.joinpath(plugin, 'doc', 'tags'), { force = true })

client:stop()
wait('server stopped', function() return client:is_stopped() end)
finished = true
vim.cmd('qall!')
