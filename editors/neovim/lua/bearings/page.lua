-- A page of text whose lines lead to places: what the map, the explanation and the environments are shown in.
local ask = require('bearings.ask')
local M = {}

---@class bearings.Page
---@field lines string[]
---@field places table<integer, {file: string, line: integer}> by line number, from 1
---@field marks {line: integer, from: integer, to: integer, group: string}[]
local Page = {}
Page.__index = Page

---@return bearings.Page
function M.new()
  return setmetatable({ lines = {}, places = {}, marks = {} }, Page)
end

--- Adds a line; place leads there, group colours it (a highlight group).
---@param text string
---@param place? table something with a place; one without leads nowhere
---@param group? string
function Page:add(text, place, group)
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    table.insert(self.lines, line)
    self.places[#self.lines] = ask.place(place)
    if group then table.insert(self.marks, { line = #self.lines, from = 0, to = #line, group = group }) end
  end
end

--- Shows the page in a floating window. <CR> opens the line's place, q and <Esc> close, y<CR> copies a command's line.
---@param title string
---@param root string
---@param footer? string what the keys do
---@return integer window
function Page:show(title, root, footer)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, self.lines)
  vim.bo[buf].modifiable = false
  vim.bo[buf].bufhidden = 'wipe'
  vim.bo[buf].filetype = 'bearings'
  local ns = vim.api.nvim_create_namespace('bearings')
  for _, m in ipairs(self.marks) do
    vim.api.nvim_buf_set_extmark(buf, ns, m.line - 1, m.from, { end_col = m.to, hl_group = m.group })
  end
  local longest = vim.iter(self.lines):fold(40, function(w, l) return math.max(w, vim.fn.strdisplaywidth(l)) end)
  local width = math.min(longest + 2, vim.o.columns - 6)
  local height = math.min(math.max(#self.lines, 1), math.max(vim.o.lines - 8, 3))
  local win = vim.api.nvim_open_win(buf, true, {
    relative = 'editor', style = 'minimal', border = 'rounded', title = ' ' .. title .. ' ', title_pos = 'left',
    footer = footer or ' <CR> open · q close ', footer_pos = 'right',
    width = width, height = height, row = math.floor((vim.o.lines - height) / 2) - 1, col = math.floor((vim.o.columns - width) / 2),
  })
  vim.wo[win].cursorline = true
  vim.wo[win].wrap = true
  vim.wo[win].linebreak = true
  vim.wo[win].breakindent = true
  local function key(lhs, rhs, desc) vim.keymap.set('n', lhs, rhs, { buffer = buf, nowait = true, desc = desc }) end
  local function close() pcall(vim.api.nvim_win_close, win, true) end
  key('q', close, 'Close')
  key('<Esc>', close, 'Close')
  key('<CR>', function()
    local place = self.places[vim.api.nvim_win_get_cursor(win)[1]]
    if not place then return end
    close()
    M.open(root, place)
  end, 'Open the line')
  return win
end

--- Opens a place in the current window.
---@param root string
---@param place {file: string, line: integer}
function M.open(root, place)
  vim.cmd("normal! m'")
  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(root, place.file)))
  local last = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_win_set_cursor(0, { math.min(math.max(place.line, 1), last), 0 })
  vim.cmd('normal! ^zz')
end

return M
