"""The server as seen by an independent client: pytest-lsp with the recorded
capabilities of real editors. Every message of the server goes through
lsprotocol's typed converter, which raises on a wrong shape.
$SERVER is the command, $PROJECT a copy of the project "shop" of the Go tests."""
import os
import pathlib
import shlex

import pytest_lsp
from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

ROOT = pathlib.Path(os.environ["PROJECT"])
USERS = ROOT / "app" / "users.py"
URI = USERS.as_uri()
REQUESTS = [
    t.CLIENT_REGISTER_CAPABILITY,
    t.WORKSPACE_CODE_LENS_REFRESH,
    t.WORKSPACE_INLAY_HINT_REFRESH,
]


@pytest_lsp.fixture(
    params=["neovim", "emacs", "visual-studio-code"],
    config=ClientServerConfig(server_command=shlex.split(os.environ["SERVER"])),
)
async def client(request, lsp_client: LanguageClient):
    for method in REQUESTS:  # what editors answer, and pytest-lsp does not

        @lsp_client.feature(method)
        def _(*_args):
            return None

    capabilities = client_capabilities(request.param)
    folder = t.WorkspaceFolder(uri=ROOT.as_uri(), name="shop")
    result = await lsp_client.initialize_session(t.InitializeParams(capabilities=capabilities, workspace_folders=[folder]))
    lsp_client.pulls = result.capabilities.diagnostic_provider is not None
    yield
    await lsp_client.shutdown_session()


def open_users(client, text, version=1):
    client.text_document_did_open(
        t.DidOpenTextDocumentParams(t.TextDocumentItem(uri=URI, language_id="python", version=version, text=text))
    )


async def diagnostics(client):
    if client.pulls:
        report = await client.text_document_diagnostic_async(t.DocumentDiagnosticParams(t.TextDocumentIdentifier(URI)))
        return report.items
    await client.wait_for_notification(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    return client.diagnostics[URI]


async def test_flow(client: LanguageClient):
    text = "# 鍵 🔑\n" + USERS.read_text() + "\nx = 1  # bearings: ignore[no-such-rule] reason\n"
    open_users(client, text)
    found = await diagnostics(client)
    assert [d.code for d in found] == ["suppression-unused"], found
    document = t.TextDocumentIdentifier(URI)
    line = text[: text.index("def me")].count("\n")
    place = t.Position(line, 5)

    hover = await client.text_document_hover_async(t.HoverParams(document, place))
    assert "GET /api/me" in hover.contents.value
    lenses = await client.text_document_code_lens_async(t.CodeLensParams(document))
    assert "current_user" in lenses[0].command.title
    symbols = await client.text_document_document_symbol_async(t.DocumentSymbolParams(document))
    assert symbols
    assert await client.workspace_symbol_async(t.WorkspaceSymbolParams("me"))
    actions = await client.text_document_code_action_async(
        t.CodeActionParams(document, t.Range(found[0].range.start, found[0].range.start), t.CodeActionContext([]))
    )
    assert actions
    depends = t.Position(line, text.splitlines()[line].index("Depends") + 1)
    assert await client.text_document_definition_async(t.DefinitionParams(document, depends))
    assert await client.text_document_references_async(t.ReferenceParams(t.ReferenceContext(True), document, depends))
    (item,) = await client.text_document_prepare_call_hierarchy_async(t.CallHierarchyPrepareParams(document, place))
    assert await client.call_hierarchy_outgoing_calls_async(t.CallHierarchyOutgoingCallsParams(item))
    assert not await client.text_document_completion_async(t.CompletionParams(document, t.Position(0, 0)))
    await client.text_document_document_link_async(t.DocumentLinkParams(document))
    await client.text_document_inlay_hint_async(t.InlayHintParams(document, t.Range(t.Position(0, 0), t.Position(9, 0))))

    client.text_document_did_change(
        t.DidChangeTextDocumentParams(
            t.VersionedTextDocumentIdentifier(version=2, uri=URI),
            [t.TextDocumentContentChangeWholeDocument(text=USERS.read_text())],
        )
    )
    assert not await diagnostics(client)
    client.text_document_did_close(t.DidCloseTextDocumentParams(document))
