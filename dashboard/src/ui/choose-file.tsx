/** A button that opens a file of this machine as text. */
export const ChooseFile = ({
  words,
  accept,
  look = 'plain',
  onRead,
}: {
  readonly words: string;
  readonly accept: string;
  readonly look?: 'plain' | 'quiet';
  readonly onRead: (text: string, name: string) => void;
}) => (
  <label className={`button button-${look} choose-file`}>
    {words}
    <input
      type="file"
      accept={accept}
      onChange={({ target }) => {
        const [chosen] = target.files ?? [];
        if (chosen !== undefined) void chosen.text().then((text) => onRead(text, chosen.name));
        // the same file can be chosen again after it was changed
        target.value = '';
      }}
    />
  </label>
);
