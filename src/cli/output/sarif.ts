import { ruleDoc, type Finding } from '../../api/lint.ts';

/** Findings as a log of SARIF 2.1.0, which tools of code review read; with what mends them. */
export function sarifLog(findings: readonly Finding[], version: string): unknown {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'tysctl lint', version, rules: codes.map(ruleOf) } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => resultOf(finding, codes.indexOf(finding.code))),
      },
    ],
  };
}

function ruleOf(code: string): unknown {
  const doc = ruleDoc(code);
  // What readers of such logs show, and some insist on.
  return { id: code, shortDescription: { text: doc }, fullDescription: { text: doc }, help: { text: doc } };
}

function resultOf({ code, severity, message, path, line, column, fix }: Finding, ruleIndex: number): unknown {
  const artifactLocation = { uri: path.split('/').map(encodeURIComponent).join('/') };
  const region = line === 0 ? {} : { region: { startLine: line, startColumn: Math.max(1, column) } };
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation, ...region } }],
    ...(fix === undefined
      ? {}
      : {
          fixes: [
            {
              description: { text: fix.what },
              artifactChanges: [
                {
                  artifactLocation,
                  replacements: fix.edits.map((edit) => ({
                    deletedRegion: { startLine: edit.line, startColumn: edit.column, endLine: edit.endLine, endColumn: edit.endColumn },
                    insertedContent: { text: edit.text },
                  })),
                },
              ],
            },
          ],
        }),
  };
}
